using System.Buffers.Binary;
using Holdfast.Labs;

namespace Holdfast.Demos;

/// <summary>
/// Counts what a wiretapper of all wires sees: handshakes, other datagrams of the tunnel, and packets that are none of it. Asked
/// by the wires' relays about each packet; blocks nothing.
/// </summary>
internal sealed class WireWatch(ushort port)
{
    private const int UdpHeader = 8;
    private const byte Initiation = 1, Response = 2; // WireGuard paper 5.4.2, 5.4.3
    private const byte EchoRequest = 8, EchoReply = 0; // RFC 792
    private const int InitiationBytes = 148, ResponseBytes = 92;

    private long _initiations, _responses, _tunnel, _inClear;

    /// <summary>Handshakes begun.</summary>
    public long Initiations => Interlocked.Read(ref _initiations);

    /// <summary>Handshakes answered.</summary>
    public long Responses => Interlocked.Read(ref _responses);

    /// <summary>Datagrams of the tunnel, handshakes included.</summary>
    public long Tunnel => Interlocked.Read(ref _tunnel);

    /// <summary>TCP packets and pings that travel outside of the tunnel.</summary>
    public long InClear => Interlocked.Read(ref _inClear);

    /// <summary>Sees a packet.</summary>
    /// <returns>False: it may pass.</returns>
    public bool See(ReadOnlySpan<byte> packet)
    {
        if (!IpLayout.TryRead(packet, out var layout))
            return false;
        if (layout.Protocol == IpLayout.Udp && packet.Length > layout.Payload + UdpHeader && IsOurs(packet[layout.Payload..]))
            Count(packet[(layout.Payload + UdpHeader)..]);
        else if (layout.Protocol == IpLayout.Tcp || IsPing(packet, layout))
            Interlocked.Increment(ref _inClear);
        return false;
    }

    // The NAT gives the site's end other ports.
    private bool IsOurs(ReadOnlySpan<byte> udp)
        => BinaryPrimitives.ReadUInt16BigEndian(udp) == port || BinaryPrimitives.ReadUInt16BigEndian(udp[2..]) == port;

    // Not ICMP's errors: a host without an engine answers the tunnel's datagrams with "port unreachable".
    private static bool IsPing(ReadOnlySpan<byte> packet, IpLayout layout)
        => layout.Protocol == IpLayout.Icmp && packet.Length > layout.Payload
            && packet[layout.Payload] is EchoRequest or EchoReply;

    private void Count(ReadOnlySpan<byte> datagram)
    {
        Interlocked.Increment(ref _tunnel);
        if (datagram[0] == Initiation && datagram.Length == InitiationBytes)
            Interlocked.Increment(ref _initiations);
        else if (datagram[0] == Response && datagram.Length == ResponseBytes)
            Interlocked.Increment(ref _responses);
    }
}
