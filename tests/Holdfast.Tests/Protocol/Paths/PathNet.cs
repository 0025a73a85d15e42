using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>Two ends and the links between them, in virtual time.</summary>
internal sealed class PathNet
{
    private const long WallStart = 1_700_000_000_000_000_000;

    private readonly PriorityQueue<(PathEnd To, Endpoint From, LocalAddress At, byte[] Bytes), long> _under = new();
    private readonly SimRandom _random;
    private MonoTime _now = new(5_000_000_000);

    public PathNet(int links, ulong seed = 1)
    {
        _random = new SimRandom(seed);
        for (var i = 0; i < links; i++)
            Links.Add(new PathLink
            {
                Index = i + 1,
                Near = Address(i, 1),
                Far = Address(i, 2),
                Uplink = new LocalUplink(i + 1, HasV4: true, HasV6: false),
            });
        (A, B) = (new PathEnd(this, 1, _random), new PathEnd(this, 2, _random));
        A.Know(B);
        B.Know(A);
        A.Peer.SetEndpoint(Links[0].Far);
        A.Tunnel.SetElsewhere(A.Peer, [.. Links.Select(l => l.Far)], Now);
        ShowUplinks(A);
        ShowUplinks(B);
    }

    public PathEnd A { get; }
    public PathEnd B { get; private set; }
    public List<PathLink> Links { get; } = [];

    /// <summary>Each end takes what is for any of its addresses by any link, as Linux does: links make as many paths as pairs of addresses.</summary>
    public bool IsMeshed { get; init; }

    public Now Now => new(_now, WallStart + _now.Nanoseconds);

    /// <summary>Tells an end which of its links have a carrier.</summary>
    public void ShowUplinks(PathEnd end, params PathLink[] without) => end.Tunnel.SetUplinks(
        [.. Links.Except(without).Select(l => l.Uplink)], Now);

    /// <summary>Looks at both ends from here on, if a test asked for it.</summary>
    public PathWatch? Watch { get; private set; }

    /// <summary>Has both ends looked at; before there is a session.</summary>
    public PathWatch BeWatched() => Watch = new PathWatch(this);

    /// <summary>A session, and all paths proved.</summary>
    public PathNet Connect()
    {
        A.Tunnel.Greet(A.Peer, Now);
        Run(TimeSpan.FromSeconds(1));
        Assert.True(A.Peer.HasSession && B.Peer.HasSession);
        return this;
    }

    /// <summary>B is killed, and a new one has its key and its links; it greets nobody, as it knows no address.</summary>
    public void RestartB()
    {
        _under.Clear();
        var last = B;
        B = new PathEnd(this, 2, _random, last);
        last.Tunnel.Dispose();
        B.Know(A);
        ShowUplinks(B);
    }

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan span)
    {
        var end = _now + span;
        while (true)
        {
            var next = A.Tunnel.NextTimeout < B.Tunnel.NextTimeout ? A.Tunnel.NextTimeout : B.Tunnel.NextTimeout;
            var arrival = _under.TryPeek(out _, out var at) ? new MonoTime(at) : MonoTime.Never;
            if (arrival <= next && arrival <= end)
            {
                _now = arrival > _now ? arrival : _now;
                var (to, from, local, bytes) = _under.Dequeue();
                var isFirst = Watch?.Arrives(to, from, bytes) ?? false;
                if (to.Tunnel.HandleDatagram(bytes, from, local, Now) != Drop.None && isFirst) Watch!.Drops(to, bytes);
            }
            else if (next <= end)
            {
                _now = next > _now ? next : _now;
                foreach (var served in new[] { A, B })
                {
                    served.Tunnel.HandleTimeouts(Now);
                    Watch?.TimersServed(served);
                }
            }
            else
            {
                break;
            }
        }
        _now = end;
    }

    /// <summary>A packet each <paramref name="every"/> from A to B; their ids go on from the last call's. Back as many, if asked for.</summary>
    public void Stream(int packets, TimeSpan every, int size = 200, bool back = false)
    {
        for (var i = 0; i < packets; i++)
        {
            A.Send(B, ++Sent, size);
            if (back) B.Send(A, ++SentBack, size);
            Run(every);
        }
    }

    /// <summary>Packets that <see cref="Stream"/> sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Those of them that went back.</summary>
    public long SentBack { get; private set; }

    /// <summary>The longest time without an arrival at B.</summary>
    public TimeSpan LongestGap => B.Arrived.Zip(B.Arrived.Skip(1), (a, b) => b.At - a.At).DefaultIfEmpty().Max();

    internal void Carry(PathEnd from, LocalAddress local, Endpoint to, byte[] bytes)
    {
        // By the interface if one is asked for, else as the destination's network leads.
        var link = Links.FirstOrDefault(l => l.Index == local.InterfaceIndex)
            ?? Links.FirstOrDefault(l => to == (from == A ? l.Far : l.Near));
        var arrival = link is null || !Leads(link, from, to) ? null : ArrivalBy(link, from, bytes);
        Watch?.Sends(from, to, bytes, arrives: arrival is not null);
        if (arrival is not { } at) return;
        var seenFrom = from == A ? link!.Forged ?? link.Near : link!.Far;
        _under.Enqueue((from.Other, seenFrom, new LocalAddress(to.Address, link.Index), bytes), at.Nanoseconds);
    }

    private bool Leads(PathLink link, PathEnd from, Endpoint to) =>
        (IsMeshed ? Links : [link]).Any(l => to == (from == A ? l.Far : l.Near));

    private MonoTime? ArrivalBy(PathLink link, PathEnd from, byte[] bytes)
    {
        link.Taken++;
        if (link.IsCut || bytes.Length > link.Mtu || _random.Chance(link.Loss)) return null;
        return link.Through(from == A ? 0 : 1, bytes.Length, _now) is { } through ? through + link.Delay : null;
    }

    private static Endpoint Address(int link, byte end) =>
        Endpoint.From(new IPEndPoint(new IPAddress([192, 0, (byte)(2 + link), end]), 51820));
}
