using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Tests.Protocol;

/// <summary>Sinks that keep nothing but the last message, and allocate nothing.</summary>
internal sealed class CountingSink : IDatagramSink, IPacketSink
{
    private readonly byte[] _datagram = new byte[70_000];
    private readonly byte[] _packet = new byte[70_000];
    private int _length;

    public int Datagrams { get; private set; }
    public int Packets { get; private set; }

    /// <summary>The last datagram sent.</summary>
    public ReadOnlySpan<byte> Last => _datagram.AsSpan(0, _length);

    Span<byte> IDatagramSink.Reserve(in Endpoint to, in LocalAddress from, int size) => _datagram.AsSpan(0, size);

    void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn)
    {
        _length = length;
        Datagrams++;
    }

    Span<byte> IPacketSink.Reserve(int size) => _packet.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from) => Packets++;
}
