using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// What another Holdfast seals within a session that has several paths: any plaintext, from any place, while data is under way. It
/// gets few and small answers, the table of paths stays bounded, time goes on, and the session carries.
/// </summary>
internal sealed class PathTarget : Target
{
    private const int KeptPackets = 8;

    private static readonly byte[] Ping = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0, 0, 10, 1, 0, 1, 10, 1, 0, 2];

    private readonly byte[] _datagram = new byte[Limits.DatagramBytes];
    private TunnelEnd _near = null!, _far = null!;
    private Peer _toNear = null!, _toFar = null!;
    private long _milliseconds;

    internal PathTarget() => Begin();

    internal override string Name => "path-frame";

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            var frame = new byte[Probe.Bytes];
            new Probe(1, ProbeFlags.WantsAcknowledgements, 7, 3).Write(frame);
            yield return [0, .. frame];
            yield return [0x13, .. frame];
            new Echo(1, 7, 3, 3, 99).Write(frame);
            yield return [0, .. frame];
            new Lost(3).Write(frame);
            yield return [0, .. frame.AsSpan(0, Lost.Bytes)];
            yield return [0x21, Acknowledgement.Type, 1, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x74, 0, 0, 0, 0];
            new Probe(1, ProbeFlags.WantsAcknowledgements | ProbeFlags.Spreads, 7, 3).Write(frame);
            yield return [0x30, .. frame];
            new Skip(9).Write(frame);
            yield return [0, .. frame.AsSpan(0, Skip.Bytes)];
            yield return [0, .. Ping];
        }
    }

    private Now Now => new(new MonoTime(5_000_000_000 + (_milliseconds * 1_000_000)),
        1_700_000_005_000_000_000 + (_milliseconds * 1_000_000));

    internal override long MayAllocate(int length) => long.MaxValue; // from a peer, and bounded by what is kept

    /// <summary>The first byte is where it comes from (the low half), and how much time goes by; the rest is said.</summary>
    internal override void Read(ReadOnlySpan<byte> input)
    {
        if (input.Length < 1) return;
        if (_milliseconds > 60_000) Reset();
        Span<byte> packet = stackalloc byte[48];
        for (var i = 0; i < KeptPackets; i++)
        {
            Ping.CopyTo(packet);
            Require(_near.Tunnel.HandlePacket(packet, Ping.Length, Now) == Drop.None, "a packet is not sealed any more");
        }
        var from = _far.Address with { Port = (ushort)(_far.Address.Port + (input[0] & 0xF)) };
        var to = new LocalAddress(default, 1 + (input[0] & 1));
        var size = _toNear.Current!.Seal(input[1..], _datagram);
        var (datagrams, bytes) = (_near.Datagrams, _near.SentBytes);
        var drop = _near.Tunnel.HandleDatagram(_datagram.AsSpan(0, size), from, to, Now);
        Require(drop is Drop.None or Drop.UnknownFrame or Drop.InnerNotIp or Drop.WrongSource, "dropped by another name");
        Require(_near.Datagrams - datagrams <= KeptPackets * 64 + PathLimits.Paths, "more answers than was kept");
        Require(_near.SentBytes - bytes <= (Acknowledgement.MaximumBytes + 32) * (_near.Datagrams - datagrams), "a large answer");

        _milliseconds += 1 + (input[0] >> 4);
        for (var turn = 0; _near.Tunnel.NextTimeout.Passed(Now.Mono); turn++)
        {
            Require(turn < 64, "time stands still");
            _near.Tunnel.HandleTimeouts(Now);
        }
        Require(_toFar.Paths.Count() <= PathLimits.Paths, "more paths than numbers");
    }

    internal override void Reset()
    {
        Close();
        Begin();
    }

    protected override void Close()
    {
        _near?.Dispose();
        _far?.Dispose();
    }

    /// <summary>A session in which the near end has two uplinks, and the far end has asked it to acknowledge.</summary>
    private void Begin()
    {
        Close();
        _milliseconds = 0;
        var random = new FixedRandom(1);
        (_near, _far) = (new TunnelEnd(1, random), new TunnelEnd(2, random));
        (_near.Tunnel.Offers, _far.Tunnel.Offers) = (Capabilities.Paths, Capabilities.Paths);
        _toNear = _far.Add(_near, prefixes: ["10.0.0.0/8", "fd01::/32"]);
        _toFar = _near.Add(_far, prefixes: ["10.0.0.0/8", "fd01::/32"]);
        _toFar.PathMode = PathMode.Bond;
        _near.Tunnel.Greet(_toFar, Now);
        _far.Take(_near, Now);
        _near.Take(_far, Now);
        _far.Take(_near, Now);
        _near.Take(_far, Now);
        _far.Take(_near, Now);
        LocalUplink[] both = [new(1, HasV4: true, HasV6: false), new(2, HasV4: true, HasV6: false)];
        _near.Tunnel.SetUplinks(both, Now);
    }
}
