using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Micro;

/// <summary>Two tunnels joined by nothing but memory, with a clock that a benchmark turns.</summary>
internal sealed class LoopbackPair
{
    private const ushort NearPort = 51820, FarPort = 51821;

    // Beyond the life of a session and all limits on how often a peer may ask (paper, section 6).
    private static readonly TimeSpan LongerThanASession = TimeSpan.FromSeconds(600);

    private readonly LoopbackEnd _near = new(NearPort), _far = new(FarPort);
    private readonly Endpoint _nearAddress = AddressOf(NearPort), _farAddress = AddressOf(FarPort);
    private readonly Peer _peer;
    private MonoTime _time = new(1_000_000_000);

    public LoopbackPair()
    {
        _peer = Join(_near, _far, FarAddress);
        _peer.SetEndpoint(_farAddress);
        Join(_far, _near, NearAddress);
        Shake();
    }

    /// <summary>The near end's address inside.</summary>
    public static ReadOnlySpan<byte> NearAddress => [10, 7, 0, 1];

    /// <summary>The far end's address inside.</summary>
    public static ReadOnlySpan<byte> FarAddress => [10, 7, 0, 2];

    private Now Now => new(_time, 1_800_000_000_000_000_000 + _time.Nanoseconds);

    /// <summary>A peer of some tunnel, for tables of peers.</summary>
    public static Peer AnyPeer() => Join(new LoopbackEnd(NearPort), new LoopbackEnd(FarPort), FarAddress);

    /// <summary>Carries a packet from the near to the far end.</summary>
    /// <returns>Whether it came out there.</returns>
    public bool Carry(byte[] buffer, int length)
    {
        var before = _far.Delivered;
        var now = Now;
        _near.Tunnel.HandlePacket(buffer, length, now);
        _near.SendTo(_far, _nearAddress, now);
        return _far.Delivered == before + 1;
    }

    /// <summary>Lets the session end, and the near end make another.</summary>
    public void Shake()
    {
        _time += LongerThanASession;
        var now = Now;
        _near.Tunnel.HandleTimeouts(now);
        _far.Tunnel.HandleTimeouts(now);
        var before = _peer.Handshakes;
        _near.Tunnel.Greet(_peer, now);
        while (_near.SendTo(_far, _nearAddress, now) | _far.SendTo(_near, _farAddress, now))
        {
        }
        if (_peer.Handshakes != before + 1)
            throw new InvalidOperationException("no session came about");
    }

    private static Peer Join(LoopbackEnd end, LoopbackEnd other, ReadOnlySpan<byte> otherInside)
    {
        var peer = end.Tunnel.AddPeer(other.Tunnel.Identity!.PublicKey);
        end.Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress(otherInside), 32), peer);
        return peer;
    }

    private static Endpoint AddressOf(ushort port) => Endpoint.From(new IPEndPoint(IPAddress.Loopback, port));
}
