using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// What another Holdfast seals: any plaintext within a session in which both ends offer all that there is. Whatever it says, it
/// gets one small answer at most, and the session goes on.
/// </summary>
internal sealed class FrameTarget : Target
{
    // The bits of an input's first byte.
    private const int ToInitiator = 1, BeforeHello = 0b1110;

    private static readonly byte[] Ping = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0, 0, 10, 1, 0, 1, 10, 1, 0, 2];

    private readonly byte[] _datagram = new byte[Limits.DatagramBytes];
    private TunnelEnd _initiator = null!, _responder = null!;
    private Peer _toInitiator = null!, _toResponder = null!;

    internal FrameTarget() => Begin(says: true);

    internal override string Name => "frame";

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            byte[] hello = [Hello.Type, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            yield return [0, .. hello];
            yield return [ToInitiator, .. hello];
            yield return [BeforeHello, .. hello];
            yield return [BeforeHello | ToInitiator, .. hello];
            yield return [0, Hello.Type, 2, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
            yield return [ToInitiator, 0xF0, 1];
            yield return [0, .. Ping];
        }
    }

    private static Now Now => new(new MonoTime(5_000_000_000), 1_700_000_005_000_000_000);

    internal override long MayAllocate(int length) => long.MaxValue;

    /// <summary>The first byte is who hears it, and whether the session is new; the rest is said.</summary>
    internal override void Read(ReadOnlySpan<byte> input)
    {
        if (input.Length < 1) return;
        var isNew = (input[0] & BeforeHello) == BeforeHello;
        if (isNew) Begin(says: false);
        var (from, to, session) = (input[0] & ToInitiator) != 0
            ? (_responder, _initiator, _toInitiator) : (_initiator, _responder, _toResponder);
        var plain = input[1..];
        long allocated = 1;
        for (var run = 0; run < 5 && allocated > 0; run++)
        {
            var size = session.Current!.Seal(plain, _datagram);
            var (packets, datagrams) = (to.Packets, to.Datagrams);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var drop = to.Tunnel.HandleDatagram(_datagram.AsSpan(0, size), from.Address, default, Now);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Check(plain, drop, to.Packets - packets);
            var answers = to.Datagrams - datagrams;
            Require(answers <= 1 && (answers == 0 || to.DatagramLength <= Message.TransportMinimumBytes + Hello.Bytes),
                "answered more than once, or at length");
            Require(answers == 0 || drop == Drop.None, "dropped and answered");
            if (answers == 1) Require(from.Take(to, Now) == Drop.None, "an answer that is not understood");
        }
        Require(allocated == 0, "a frame allocated");
        // An initiator speaks only when it is asked. One that offers before it opens harms its own session alone.
        if (!isNew || to == _initiator)
        {
            Carries(_initiator, _responder);
            Carries(_responder, _initiator);
        }
        if (isNew) Begin(says: true);
    }

    internal override void Reset()
    {
        Close();
        Begin(says: true);
    }

    protected override void Close()
    {
        _initiator?.Dispose();
        _responder?.Dispose();
    }

    private static void Check(ReadOnlySpan<byte> plain, Drop drop, int delivered)
    {
        var isFrame = Frame.IsFrame(plain);
        Require(drop is Drop.None or Drop.UnknownFrame or Drop.InnerNotIp or Drop.WrongSource, "dropped by another name");
        Require(!isFrame || (delivered == 0 && drop is Drop.None or Drop.UnknownFrame), "a frame was taken for a packet");
        Require(isFrame || drop != Drop.UnknownFrame, "a packet was taken for a frame");
        Require(drop == Drop.None || delivered == 0, "dropped and delivered");
    }

    /// <summary>A packet comes through as it is.</summary>
    private static void Carries(TunnelEnd from, TunnelEnd to)
    {
        Span<byte> packet = stackalloc byte[48]; // with room for the padding
        Ping.CopyTo(packet);
        var before = to.Packets;
        Require(from.Tunnel.HandlePacket(packet, Ping.Length, Now) == Drop.None, "a packet is not sealed any more");
        Require(to.Take(from, Now) == Drop.None && to.Packets == before + 1 && to.Packet.SequenceEqual(Ping),
            "a packet does not come through any more");
    }

    /// <summary>A new session; whether the ends have said hello already.</summary>
    private void Begin(bool says)
    {
        Close();
        var random = new FixedRandom(1);
        (_initiator, _responder) = (new TunnelEnd(1, random), new TunnelEnd(2, random));
        (_initiator.Tunnel.Offers, _responder.Tunnel.Offers) = (Capabilities.Aes256Gcm, Capabilities.Aes256Gcm);
        _toInitiator = _responder.Add(_initiator, prefixes: ["10.0.0.0/8", "fd01::/32"]);
        _toResponder = _initiator.Add(_responder, prefixes: ["10.0.0.0/8", "fd01::/32"]);
        _initiator.Tunnel.Greet(_toResponder, Now);
        _responder.Take(_initiator, Now);
        _initiator.Take(_responder, Now);
        _responder.Take(_initiator, Now); // the confirmation; what the responder sends now is its hello
        if (!says) return;
        _initiator.Take(_responder, Now);
        _responder.Take(_initiator, Now);
    }
}
