namespace Holdfast.Linux.Sockets;

/// <summary>The control data that carries a datagram's own address of this host: IP_PKTINFO (ip(7)) and IPV6_PKTINFO
/// (RFC 3542 section 6).</summary>
internal static unsafe class PacketInfo
{
    internal const int IP_PKTINFO = 8;
    internal const int IPV6_PKTINFO = 50;
    internal const int SOL_IP = 0;
    internal const int SOL_IPV6 = 41;

    /// <summary>Room for one message's control data: 40 bytes for IPV6_PKTINFO, 24 for a segment size (UDP_SEGMENT,
    /// UDP_GRO).</summary>
    internal const int ControlSize = 64;

    /// <summary>Writes control data that makes a message leave from a source.</summary>
    /// <returns>Its size in bytes; 0 if the kernel chooses.</returns>
    internal static int Write(in SourceAddress source, byte* control)
    {
        var header = (Libc.ControlHeader*)control;
        var value = control + sizeof(Libc.ControlHeader);
        switch (source.Family)
        {
            case 4:
                var size4 = sizeof(Libc.ControlHeader) + sizeof(Libc.PacketInfo4);
                *header = new Libc.ControlHeader { Length = (nuint)size4, Level = SOL_IP, Type = IP_PKTINFO };
                *(Libc.PacketInfo4*)value = new Libc.PacketInfo4
                {
                    InterfaceIndex = source.InterfaceIndex,
                    Source = source.FirstFour,
                };
                return Aligned(size4);
            case 6:
                var size6 = sizeof(Libc.ControlHeader) + sizeof(Libc.PacketInfo6);
                *header = new Libc.ControlHeader { Length = (nuint)size6, Level = SOL_IPV6, Type = IPV6_PKTINFO };
                source.Write(((Libc.PacketInfo6*)value)->Address);
                ((Libc.PacketInfo6*)value)->InterfaceIndex = source.InterfaceIndex;
                return Aligned(size6);
            default:
                return 0;
        }
    }

    /// <summary>Finds what a received message's control data says about the address it came to.</summary>
    internal static SourceAddress Read(byte* control, int size)
    {
        while (size >= sizeof(Libc.ControlHeader))
        {
            var header = (Libc.ControlHeader*)control;
            var length = (int)nuint.Min(header->Length, (nuint)size);
            var value = control + sizeof(Libc.ControlHeader);
            var room = length - sizeof(Libc.ControlHeader);
            if (room < 0) return default;
            if (header->Level == SOL_IP && header->Type == IP_PKTINFO && room >= sizeof(Libc.PacketInfo4))
            {
                // Destination is the header's, Source the local address to answer from, which differ for broadcasts.
                var info = (Libc.PacketInfo4*)value;
                return new SourceAddress(new ReadOnlySpan<byte>(&info->Source, 4), info->InterfaceIndex);
            }
            if (header->Level == SOL_IPV6 && header->Type == IPV6_PKTINFO && room >= sizeof(Libc.PacketInfo6))
            {
                var info = (Libc.PacketInfo6*)value;
                return new SourceAddress(new ReadOnlySpan<byte>(info->Address, 16), info->InterfaceIndex);
            }
            length = Aligned(length);
            control += length;
            size -= length;
        }
        return default;
    }

    private static int Aligned(int size) => size + 7 & ~7;
}
