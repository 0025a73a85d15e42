using System.Runtime.InteropServices;

namespace Holdfast.Linux;

internal static unsafe partial class Libc
{
    /// <summary>struct timespec (linux/time_types.h).</summary>
    internal struct TimeSpec
    {
        internal long Seconds;
        internal long Nanoseconds;
    }

    /// <summary>struct itimerspec.</summary>
    internal struct TimerSpec
    {
        internal TimeSpec Interval;
        internal TimeSpec Value;
    }

    /// <summary>struct statx (linux/stat.h), of which little is used.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct FileState
    {
        [FieldOffset(20)] internal uint UserId;
        [FieldOffset(28)] internal ushort Mode;
    }

    /// <summary>struct ifreq (linux/if.h): a name and a union, of which flags, an int and an index are used.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    internal struct InterfaceRequest
    {
        internal const int NameSize = 16;

        [FieldOffset(0)] internal fixed byte Name[NameSize];
        [FieldOffset(16)] internal ushort Flags;
        [FieldOffset(16)] internal int Value;
    }

    /// <summary>struct iovec.</summary>
    internal struct IoVector
    {
        internal byte* Base;
        internal nuint Length;
    }

    /// <summary>struct msghdr.</summary>
    internal struct MessageHeader
    {
        internal byte* Name;
        internal uint NameLength;
        internal IoVector* Vectors;
        internal nuint VectorCount;
        internal byte* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    /// <summary>struct mmsghdr.</summary>
    internal struct BatchedMessage
    {
        internal MessageHeader Header;
        internal uint Length;
    }

    /// <summary>struct cmsghdr; the data follows, and the next one stands at a multiple of 8.</summary>
    internal struct ControlHeader
    {
        internal nuint Length;
        internal int Level;
        internal int Type;
    }

    /// <summary>struct in_pktinfo: on sending, Source is the address to use; on receiving, what the datagram came
    /// to.</summary>
    internal struct PacketInfo4
    {
        internal int InterfaceIndex;
        internal uint Source;
        internal uint Destination;
    }

    /// <summary>struct in6_pktinfo.</summary>
    internal struct PacketInfo6
    {
        internal fixed byte Address[16];
        internal int InterfaceIndex;
    }

    /// <summary>struct sock_extended_err (linux/errqueue.h); behind it stands the address of who says so.</summary>
    internal struct ExtendedError
    {
        internal uint Errno;
        internal byte Origin;
        internal byte Type;
        internal byte Code;
        internal byte Pad;
        internal uint Info;
        internal uint Data;
    }

    /// <summary>struct sockaddr_in; port and address in network byte order.</summary>
    internal struct SocketAddress4
    {
        internal ushort Family;
        internal ushort Port;
        internal uint Address;
        internal ulong Zero;
    }

    /// <summary>struct sockaddr_in6; port and address in network byte order.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 28)]
    internal struct SocketAddress6
    {
        internal ushort Family;
        internal ushort Port;
        internal uint FlowInfo;
        internal fixed byte Address[16];
        internal uint ScopeId;
    }

    /// <summary>struct sockaddr_nl.</summary>
    internal struct NetlinkAddress
    {
        internal ushort Family;
        internal ushort Padding;
        internal uint PortId;
        internal uint Groups;
    }

    /// <summary>struct ucred.</summary>
    internal struct Credentials
    {
        internal int ProcessId;
        internal uint UserId;
        internal uint GroupId;
    }
}
