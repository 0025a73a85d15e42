using System.Buffers.Binary;

namespace Holdfast.Protocol.Wire;

/// <summary>
/// Builds the ICMP error that tells a local program that its packet has no way through the tunnel: destination unreachable,
/// host (RFC 792), or address unreachable (RFC 4443 section 3.1). Its source is the address that was not reached, which the
/// host's reverse-path filter accepts because its route points into the tunnel.
/// </summary>
internal static class IcmpError
{
    /// <summary>The largest error: what IPv6's minimum MTU allows (RFC 4443, section 2.4).</summary>
    internal const int MaximumBytes = 1280;

    private const int IcmpHeader = 8;
    private const byte Redirect6 = 137;
    private const int QuotedV4 = 548; // RFC 1812 4.3.2.3: at most 576 bytes in all

    /// <summary>Fills an answer to <paramref name="packet"/> and returns its length; 0 when none may be sent.</summary>
    internal static int Unreachable(ReadOnlySpan<byte> packet, Span<byte> fill) =>
        packet[0] >> 4 == 4 ? UnreachableV4(packet, fill) : UnreachableV6(packet, fill);

    private static int UnreachableV4(ReadOnlySpan<byte> packet, Span<byte> fill)
    {
        var headerLength = (packet[0] & 0xF) * 4;
        if (headerLength < IpHeader.V4Bytes || headerLength > packet.Length) return 0;
        if ((BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1FFF) != 0) return 0; // only for first fragments
        if (packet[IpHeader.V4Destination] >= 224) return 0; // no error about multicast or broadcast (RFC 1122 3.2.2)
        if (packet[IpHeader.V4Source] is 0 or 127 or >= 224) return 0; // nor to what is no single host
        if (packet[9] == IpHeader.Icmp && (packet.Length <= headerLength || packet[headerLength] is not (8 or 0)))
            return 0; // no error about an error

        var quoted = packet[..Math.Min(packet.Length, QuotedV4)];
        var total = IpHeader.V4Bytes + IcmpHeader + quoted.Length;
        var ip = fill[..total];
        ip[..(IpHeader.V4Bytes + IcmpHeader)].Clear();
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)total);
        ip[8] = 64;
        ip[9] = IpHeader.Icmp;
        packet.Slice(IpHeader.V4Destination, 4).CopyTo(ip[IpHeader.V4Source..]);
        packet.Slice(IpHeader.V4Source, 4).CopyTo(ip[IpHeader.V4Destination..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum.Of(ip[..IpHeader.V4Bytes]));

        var icmp = ip[IpHeader.V4Bytes..];
        icmp[0] = 3; // destination unreachable
        icmp[1] = 1; // host
        quoted.CopyTo(icmp[IcmpHeader..]);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], Checksum.Of(icmp));
        return total;
    }

    private static int UnreachableV6(ReadOnlySpan<byte> packet, Span<byte> fill)
    {
        if (packet[IpHeader.V6Destination] == 0xFF || packet[IpHeader.V6Source] == 0xFF) return 0; // multicast
        if (!packet.Slice(IpHeader.V6Source, 16).ContainsAnyExcept((byte)0)) return 0; // no single host (RFC 4443 2.4 e)
        if (MayBeError(packet)) return 0;
        var quoted = packet[..Math.Min(packet.Length, MaximumBytes - IpHeader.V6Bytes - IcmpHeader)];
        var payload = IcmpHeader + quoted.Length;
        var ip = fill[..(IpHeader.V6Bytes + payload)];
        ip[..(IpHeader.V6Bytes + IcmpHeader)].Clear();
        ip[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)payload);
        ip[6] = IpHeader.Icmp6;
        ip[7] = 64;
        packet.Slice(IpHeader.V6Destination, 16).CopyTo(ip[IpHeader.V6Source..]);
        packet.Slice(IpHeader.V6Source, 16).CopyTo(ip[IpHeader.V6Destination..]);

        var icmp = ip[IpHeader.V6Bytes..];
        icmp[0] = 1; // destination unreachable
        icmp[1] = 3; // address
        quoted.CopyTo(icmp[IcmpHeader..]);
        var pseudo = Checksum.Add(ip.Slice(IpHeader.V6Source, 32), (uint)payload + IpHeader.Icmp6);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], Checksum.Of(icmp, pseudo));
        return ip.Length;
    }

    /// <summary>
    /// Whether a packet is an ICMPv6 error or a redirect behind its extension headers, or does not show what it is: a later
    /// fragment, or cut off.
    /// </summary>
    private static bool MayBeError(ReadOnlySpan<byte> packet)
    {
        var next = packet[6];
        var rest = packet[IpHeader.V6Bytes..];
        while (next is IpHeader.HopByHop6 or IpHeader.Routing6 or IpHeader.Fragment6 or IpHeader.Destination6)
        {
            if (rest.Length < 8) return true;
            var length = next == IpHeader.Fragment6 ? 8 : (rest[1] + 1) * 8;
            if (next == IpHeader.Fragment6 && (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) & 0xFFF8) != 0) return true;
            next = rest[0];
            rest = rest[Math.Min(length, rest.Length)..];
        }
        return next == IpHeader.Icmp6 && (rest.Length == 0 || rest[0] is < 128 or Redirect6);
    }
}
