using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>Two ends that are each other's peer, with a clock that a test moves and a wire that it works by hand.</summary>
internal sealed class TestPair
{
    private const long WallStart = 1_700_000_000_000_000_000;

    public TestPair(
        ulong seed = 1, bool presharedKey = false, Capabilities offersA = Capabilities.None,
        Capabilities offersB = Capabilities.None)
    {
        var random = new SimRandom(seed);
        (A, B) = (new TestEnd(1, random, offersA), new TestEnd(2, random, offersB));
        (PeerB, PeerA) = (A.Add(B), B.Add(A));
        if (!presharedKey) return;
        Span<byte> key = stackalloc byte[32];
        random.Fill(key);
        PeerB.SetPresharedKey(new Secret(key));
        PeerA.SetPresharedKey(new Secret(key));
    }

    public TestEnd A { get; }
    public TestEnd B { get; }

    /// <summary>B as A sees it.</summary>
    public Peer PeerB { get; }

    /// <summary>A as B sees it.</summary>
    public Peer PeerA { get; }

    public MonoTime Mono { get; private set; } = new(5_000_000_000);
    public long WallOffset { get; set; }
    public Now Now => new(Mono, WallStart + Mono.Nanoseconds + WallOffset);

    /// <summary>Carries datagrams to and fro until nobody says anything more.</summary>
    public void Exchange()
    {
        while (A.Out.Count + B.Out.Count > 0)
        {
            while (A.Out.Count > 0) B.Take(A.TakeOut(), Now);
            while (B.Out.Count > 0) A.Take(B.TakeOut(), Now);
        }
    }

    /// <summary>A session that A began, confirmed.</summary>
    public TestPair Connect()
    {
        A.Tunnel.Greet(PeerB, Now);
        Exchange();
        Assert.True(PeerB.HasSession && PeerA.HasSession);
        return this;
    }

    /// <summary>Moves the clock without a look at the timers.</summary>
    public void Skip(TimeSpan span) => Mono += span;

    /// <summary>Moves the clock on and serves the timers at their moments; datagrams stay where they are.</summary>
    public void Run(TimeSpan span, bool exchanging = false)
    {
        var end = Mono + span;
        if (exchanging) Exchange();
        while (true)
        {
            var next = A.Tunnel.NextTimeout < B.Tunnel.NextTimeout ? A.Tunnel.NextTimeout : B.Tunnel.NextTimeout;
            if (next > end) break;
            if (next > Mono) Mono = next;
            A.Tunnel.HandleTimeouts(Now);
            B.Tunnel.HandleTimeouts(Now);
            if (exchanging) Exchange();
        }
        Mono = end;
    }
}
