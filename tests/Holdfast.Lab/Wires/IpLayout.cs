using System.Buffers.Binary;

namespace Holdfast.Labs;

/// <summary>Where things stand in an IP packet. Offsets are in bytes from the packet's begin.</summary>
/// <param name="V6">IPv6, not IPv4.</param>
/// <param name="Protocol">The protocol's number behind the IP header (and behind IPv6's extension headers).</param>
/// <param name="Payload">Where the protocol's header begins.</param>
/// <param name="LaterFragment">A fragment without the protocol's header.</param>
public readonly record struct IpLayout(bool V6, byte Protocol, int Payload, bool LaterFragment)
{
    /// <summary>Protocol number of ICMP.</summary>
    public const byte Icmp = 1;

    /// <summary>Protocol number of TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>Protocol number of UDP.</summary>
    public const byte Udp = 17;

    /// <summary>Protocol number of ICMPv6.</summary>
    public const byte IcmpV6 = 58;

    private const byte HopByHop = 0, Routing = 43, Fragment = 44, DestinationOptions = 60;

    /// <summary>Bytes of an address.</summary>
    public int AddressSize => V6 ? 16 : 4;

    /// <summary>Where the source address begins.</summary>
    public int Source => V6 ? 8 : 12;

    /// <summary>Where the destination address begins.</summary>
    public int Destination => Source + AddressSize;

    /// <summary>Reads a packet's headers.</summary>
    /// <param name="packet">The packet, or as much of it as an ICMP error quotes.</param>
    /// <param name="layout">Where things stand.</param>
    /// <returns>False when it is no IP packet or too short to say.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packet, out IpLayout layout)
    {
        layout = default;
        return packet.Length >= 20 && (packet[0] >> 4) switch
        {
            4 => TryReadV4(packet, out layout),
            6 => TryReadV6(packet, out layout),
            _ => false,
        };
    }

    /// <summary>The source address.</summary>
    /// <param name="packet">The packet that this describes.</param>
    public Span<byte> SourceOf(Span<byte> packet) => packet.Slice(Source, AddressSize);

    /// <summary>The destination address.</summary>
    /// <param name="packet">The packet that this describes.</param>
    public Span<byte> DestinationOf(Span<byte> packet) => packet.Slice(Destination, AddressSize);

    /// <summary>Both addresses, the source first.</summary>
    /// <param name="packet">The packet that this describes.</param>
    public ReadOnlySpan<byte> AddressesOf(ReadOnlySpan<byte> packet) => packet.Slice(Source, 2 * AddressSize);

    private static bool TryReadV4(ReadOnlySpan<byte> packet, out IpLayout layout)
    {
        var header = (packet[0] & 0x0f) * 4;
        var fragmentOffset = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1fff;
        layout = new IpLayout(false, packet[9], header, fragmentOffset != 0);
        return header >= 20 && packet.Length >= header;
    }

    private static bool TryReadV6(ReadOnlySpan<byte> packet, out IpLayout layout)
    {
        layout = default;
        if (packet.Length < 40)
            return false;
        var (next, at, later) = (packet[6], 40, false);
        while (next is HopByHop or Routing or Fragment or DestinationOptions)
        {
            if (packet.Length < at + 8)
                return false;
            var size = 8;
            if (next == Fragment)
                later |= (BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]) & 0xfff8) != 0;
            else
                size = (packet[at + 1] + 1) * 8;
            next = packet[at];
            at += size;
        }
        layout = new IpLayout(true, next, at, later);
        return packet.Length >= at;
    }
}
