using System.Security.Cryptography;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Micro;

/// <summary>One tunnel of a pair, with the datagrams that it has sent and nobody has taken yet.</summary>
internal sealed class LoopbackEnd : IDatagramSink, IPacketSink, ITunnelEvents, IRandomSource
{
    private const int LargestDatagram = 2048;
    private const int MostDatagrams = 4;

    private readonly byte[] _outbox = new byte[MostDatagrams * LargestDatagram];
    private readonly int[] _lengths = new int[MostDatagrams];
    private readonly byte[] _packet = new byte[LargestDatagram];
    private int _sent;

    public LoopbackEnd(ushort port)
    {
        Tunnel = new Tunnel(this, this, this, this) { ListenPort = port };
        Tunnel.SetPrivateKey(new Secret(RandomNumberGenerator.GetBytes(Secret.Size)));
    }

    public Tunnel Tunnel { get; }

    /// <summary>Packets that came out here.</summary>
    public long Delivered { get; private set; }

    /// <summary>Hands over what was sent.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool SendTo(LoopbackEnd other, in Endpoint ownAddress, in Now now)
    {
        var any = _sent > 0;
        for (var i = 0; i < _sent; i++)
            other.Tunnel.HandleDatagram(Room(i)[.._lengths[i]], ownAddress, default, now);
        _sent = 0;
        return any;
    }

    public Span<byte> Reserve(in Endpoint to, in LocalAddress from, int size) => Room(_sent)[..size];

    public void Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn) => _lengths[_sent++] = length;

    public Span<byte> Reserve(int size) => _packet.AsSpan(0, size);

    public void Commit(int length, Peer? from) => Delivered++;

    public void Fill(Span<byte> fill) => RandomNumberGenerator.Fill(fill);

    public void SessionEstablished(Peer peer)
    {
    }

    public void EndpointChanged(Peer peer)
    {
    }

    public void HandshakeUnanswered(Peer peer)
    {
    }

    public void HandshakeGivenUp(Peer peer)
    {
    }

    private Span<byte> Room(int number) => _outbox.AsSpan(number * LargestDatagram, LargestDatagram);
}
