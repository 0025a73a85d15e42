using System.Net;
using System.Security.Cryptography;
using Holdfast.Crypto;
using Holdfast.Linux.Events;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.LabAgents;

/// <summary>Somebody who knows a hub's public key and is no peer of it.</summary>
public sealed class Stranger : IRandomSource, IDatagramSink, IPacketSink, ITunnelEvents
{
    private readonly byte[] _scratch = new byte[2048];
    private byte[] _message = [];

    private Stranger()
    {
    }

    /// <summary>An initiation in which everything is right, but that nobody knows its key.</summary>
    /// <param name="hub">Whom it is for.</param>
    public static byte[] InitiationTo(PublicKey hub)
    {
        var stranger = new Stranger();
        using var tunnel = new Tunnel(stranger, stranger, stranger, stranger);
        tunnel.SetPrivateKey(Secret.GeneratePrivateKey());
        var peer = tunnel.AddPeer(hub);
        peer.SetEndpoint(Endpoint.From(new IPEndPoint(IPAddress.Loopback, 1)));
        tunnel.Greet(peer, Clock());
        return stranger._message;
    }

    void IRandomSource.Fill(Span<byte> fill) => RandomNumberGenerator.Fill(fill);

    Span<byte> IDatagramSink.Reserve(in Endpoint to, in LocalAddress from, int size) => _scratch.AsSpan(0, size);

    void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn) => _message = _scratch[..length];

    Span<byte> IPacketSink.Reserve(int size) => _scratch.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from)
    {
    }

    void ITunnelEvents.SessionEstablished(Peer peer)
    {
    }

    void ITunnelEvents.EndpointChanged(Peer peer)
    {
    }

    void ITunnelEvents.HandshakeUnanswered(Peer peer)
    {
    }

    void ITunnelEvents.HandshakeGivenUp(Peer peer)
    {
    }

    internal static Now Clock()
        => new(new MonoTime(MonotonicClock.Now), (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100);
}
