namespace Holdfast.Linux.Sockets;

/// <summary>What accompanies a datagram beside its bytes: the own address of this host (IP_PKTINFO, ip(7); IPV6_PKTINFO, RFC
/// 3542 section 6), the traffic class with its ECN bits (IP_TOS, IPV6_TCLASS), and the size of the datagrams that a longer
/// message stands for (UDP_SEGMENT, UDP_GRO; udp(7)).</summary>
internal static unsafe class ControlData
{
    internal const int SOL_IP = 0;
    internal const int SOL_UDP = 17;
    internal const int SOL_IPV6 = 41;
    internal const int IP_TOS = 1;
    internal const int IP_PKTINFO = 8;
    internal const int IP_RECVERR = 11;
    internal const int IPV6_RECVERR = 25;
    internal const int IPV6_PKTINFO = 50;
    internal const int IPV6_TCLASS = 67;
    internal const int UDP_SEGMENT = 103;
    internal const int UDP_GRO = 104;

    /// <summary>Room for one message's control data: 40 bytes for IPV6_PKTINFO, 24 for a traffic class, 24 for a segment's
    /// size.</summary>
    internal const int Size = 96;

    /// <summary>Bytes of a segment size among them.</summary>
    internal static readonly int SegmentSize = Aligned(sizeof(Libc.ControlHeader) + sizeof(ushort));

    /// <summary>Writes control data that makes a message leave from a source.</summary>
    /// <returns>Its size in bytes; 0 if the kernel chooses.</returns>
    internal static int WriteSource(in SourceAddress source, byte* control)
    {
        var value = control + sizeof(Libc.ControlHeader);
        switch (source.Family)
        {
            case 4:
                *(Libc.PacketInfo4*)value = new Libc.PacketInfo4
                {
                    InterfaceIndex = source.InterfaceIndex,
                    Source = source.FirstFour,
                };
                return WriteHeader(SOL_IP, IP_PKTINFO, sizeof(Libc.PacketInfo4), control);
            case 6:
                source.Write(((Libc.PacketInfo6*)value)->Address);
                ((Libc.PacketInfo6*)value)->InterfaceIndex = source.InterfaceIndex;
                return WriteHeader(SOL_IPV6, IPV6_PKTINFO, sizeof(Libc.PacketInfo6), control);
            default:
                return 0;
        }
    }

    /// <summary>Writes control data that gives a message its traffic class.</summary>
    /// <returns>Its size in bytes; 0 for the socket's own class.</returns>
    internal static int WriteTrafficClass(byte family, byte trafficClass, byte* control)
    {
        if (trafficClass == 0) return 0;
        *(int*)(control + sizeof(Libc.ControlHeader)) = trafficClass;
        return family == 4
            ? WriteHeader(SOL_IP, IP_TOS, sizeof(int), control)
            : WriteHeader(SOL_IPV6, IPV6_TCLASS, sizeof(int), control);
    }

    /// <summary>Writes control data that has a message cut into datagrams.</summary>
    /// <returns>Its size in bytes.</returns>
    internal static int WriteSegment(int bytes, byte* control)
    {
        *(ushort*)(control + sizeof(Libc.ControlHeader)) = (ushort)bytes;
        return WriteHeader(SOL_UDP, UDP_SEGMENT, sizeof(ushort), control);
    }

    /// <summary>Reads what a received message's control data says.</summary>
    internal static Accompaniment Read(byte* control, int size)
    {
        var found = default(Accompaniment);
        while (size >= sizeof(Libc.ControlHeader))
        {
            var header = (Libc.ControlHeader*)control;
            var length = (int)nuint.Min(header->Length, (nuint)size);
            var room = length - sizeof(Libc.ControlHeader);
            if (room < 0) return found;
            ReadOne(header, control + sizeof(Libc.ControlHeader), room, ref found);
            length = Aligned(length);
            control += length;
            size -= length;
        }
        return found;
    }

    private static void ReadOne(Libc.ControlHeader* header, byte* value, int room, ref Accompaniment found)
    {
        switch (header->Level, header->Type)
        {
            case (SOL_IP, IP_PKTINFO) when room >= sizeof(Libc.PacketInfo4):
                // Destination is the header's, Source the local address to answer from, which differ for broadcasts.
                var four = (Libc.PacketInfo4*)value;
                found = found with { Local = new(new ReadOnlySpan<byte>(&four->Source, 4), four->InterfaceIndex) };
                break;
            case (SOL_IPV6, IPV6_PKTINFO) when room >= sizeof(Libc.PacketInfo6):
                var six = (Libc.PacketInfo6*)value;
                found = found with { Local = new(new ReadOnlySpan<byte>(six->Address, 16), six->InterfaceIndex) };
                break;
            case (SOL_IP, IP_TOS) when room >= 1:
                found = found with { TrafficClass = *value };
                break;
            case (SOL_IPV6, IPV6_TCLASS) when room >= sizeof(int):
                found = found with { TrafficClass = (byte)*(int*)value };
                break;
            case (SOL_UDP, UDP_GRO) when room >= sizeof(int):
                found = found with { SegmentBytes = Math.Max(0, *(int*)value) };
                break;
        }
    }

    /// <summary>Reads what a message of the error queue says (linux/errqueue.h).</summary>
    internal static DatagramError ReadError(byte* control, int size, in DatagramAddress to)
    {
        while (size >= sizeof(Libc.ControlHeader))
        {
            var header = (Libc.ControlHeader*)control;
            var length = (int)nuint.Min(header->Length, (nuint)size);
            if (length < sizeof(Libc.ControlHeader)) break;
            var error = (Libc.ExtendedError*)(control + sizeof(Libc.ControlHeader));
            var room = length - sizeof(Libc.ControlHeader) - sizeof(Libc.ExtendedError);
            if ((header->Level, header->Type) is (SOL_IP, IP_RECVERR) or (SOL_IPV6, IPV6_RECVERR) && room >= 0)
            {
                var from = room < sizeof(Libc.SocketAddress4) ? default : DatagramAddress.Read((byte*)(error + 1));
                var mtu = error->Errno == Errno.EMSGSIZE ? (int)Math.Min(error->Info, int.MaxValue) : 0;
                return new((int)error->Errno, (ErrorOrigin)error->Origin, error->Type, error->Code, mtu, to, from);
            }
            length = Aligned(length);
            control += length;
            size -= length;
        }
        return new(0, ErrorOrigin.None, 0, 0, 0, to, default);
    }

    private static int WriteHeader(int level, int type, int bytes, byte* control)
    {
        var size = sizeof(Libc.ControlHeader) + bytes;
        *(Libc.ControlHeader*)control = new Libc.ControlHeader { Length = (nuint)size, Level = level, Type = type };
        return Aligned(size);
    }

    private static int Aligned(int size) => size + 7 & ~7;
}
