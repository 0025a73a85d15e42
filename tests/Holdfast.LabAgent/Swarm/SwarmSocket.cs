using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.LabAgents;

/// <summary>
/// One socket for thousands of addresses, all of them local to this host by one route: what arrives tells its destination, what
/// leaves its source.
/// </summary>
internal sealed class SwarmSocket : IDatagramSink, IDisposable
{
    private const int AtOnce = 64;
    private const int LongestDatagram = 2048;
    private const int BufferBytes = 16 << 20;

    private readonly UdpSocket _socket = UdpSocket.Open(AddressFamily.InterNetwork, new UdpOptions
    {
        Port = SwarmSite.Port,
        ReceiveBuffer = BufferBytes,
        SendBuffer = BufferBytes,
    });

    private readonly ReceiveBatch _received = new(AtOnce, LongestDatagram);
    private readonly SendBatch _batch = new(AtOnce, AtOnce * LongestDatagram);
    private readonly Epoll _epoll = new();
    private readonly EpollEvent[] _events = new EpollEvent[1];
    private readonly DatagramAddress _hub;

    public SwarmSocket(IPEndPoint hub)
    {
        _hub = DatagramAddress.From(hub);
        _epoll.Add(_socket.Fd, EpollInterest.Readable, 1);
    }

    /// <summary>Whose address the next datagrams leave from, as a number in host order.</summary>
    public uint Source { get; set; }

    public long Sent { get; private set; }

    public long Received { get; private set; }

    /// <summary>Datagrams that the kernel did not take.</summary>
    public long Refused { get; private set; }

    public Span<byte> Reserve(in Endpoint to, in LocalAddress from, int size)
    {
        if (_batch.Count == AtOnce)
            Flush();
        return _batch.Reserve(size);
    }

    public void Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn) => Commit(length);

    /// <summary>Sends what was reserved to the hub, from <see cref="Source"/>.</summary>
    public void Commit(int length)
    {
        Span<byte> source = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(source, Source);
        _batch.Commit(length, _hub, new SourceAddress(source));
    }

    public void Flush()
    {
        Refused += _batch.Count;
        SendResult result;
        do
        {
            result = _socket.Send(_batch);
            Sent += result.Sent;
            Refused -= result.Sent;
        }
        while (result.Refused is not null);
        _batch.Clear();
    }

    /// <summary>Hands over what has arrived, after waiting for it at most so long: where it came to, and the datagram,
    /// borrowed.</summary>
    public void Receive(TimeSpan patience, Action<uint, ReadOnlySpan<byte>> take)
    {
        if (_epoll.Wait(_events, patience) == 0)
            return;
        var count = _socket.Receive(_received);
        for (var i = 0; i < count; i++)
        {
            Received++;
            take(BinaryPrimitives.ReadUInt32BigEndian(_received.Accompanying(i).Local.Address), _received.Datagram(i));
        }
    }

    public void Dispose()
    {
        _epoll.Dispose();
        _socket.Dispose();
    }
}
