using System.Runtime.InteropServices;

namespace Holdfast.Linux;

internal static unsafe partial class Libc
{
    internal const int AF_UNIX = 1;
    internal const int AF_INET = 2;
    internal const int AF_INET6 = 10;
    internal const int AF_NETLINK = 16;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_SEQPACKET = 5;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int MSG_CTRUNC = 0x8;
    internal const int MSG_TRUNC = 0x20;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_ERRQUEUE = 0x2000;

    internal static int Socket(int family, int type, int protocol) => (int)Result(socket(family, type, protocol));

    internal static int SocketPair(int family, int type, int* fill) => (int)Result(socketpair(family, type, 0, fill));

    internal static int Bind(int fd, void* address, int size) => (int)Result(bind(fd, address, (uint)size));

    internal static int GetSocketName(int fd, void* fill, ref int size)
    {
        var length = (uint)size;
        var result = (int)Result(getsockname(fd, fill, &length));
        size = (int)length;
        return result;
    }

    internal static int SetOption(int fd, int level, int option, int value) =>
        (int)Result(setsockopt(fd, level, option, &value, sizeof(int)));

    internal static int SetOption(int fd, int level, int option, void* value, int size) =>
        (int)Result(setsockopt(fd, level, option, value, (uint)size));

    internal static int GetOption(int fd, int level, int option, void* fill, int size)
    {
        var length = (uint)size;
        return (int)Result(getsockopt(fd, level, option, fill, &length));
    }

    internal static int Receive(int fd, MessageHeader* message, int flags)
    {
        nint result;
        do result = recvmsg(fd, message, flags); while (Interrupted(ref result));
        return (int)result;
    }

    internal static int Send(int fd, void* borrowed, int size, int flags)
    {
        nint result;
        do result = send(fd, borrowed, (nuint)size, flags); while (Interrupted(ref result));
        return (int)result;
    }

    internal static int ReceiveBatch(int fd, BatchedMessage* messages, int count, int flags)
    {
        nint result;
        do result = recvmmsg(fd, messages, (uint)count, flags, null); while (Interrupted(ref result));
        return (int)result;
    }

    internal static int SendBatch(int fd, BatchedMessage* messages, int count, int flags)
    {
        nint result;
        do result = sendmmsg(fd, messages, (uint)count, flags); while (Interrupted(ref result));
        return (int)result;
    }

    [LibraryImport(Library)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library)]
    private static partial int socketpair(int family, int type, int protocol, int* fill);

    [LibraryImport(Library)]
    private static partial int bind(int fd, void* address, uint size);

    [LibraryImport(Library)]
    private static partial int getsockname(int fd, void* fill, uint* size);

    [LibraryImport(Library)]
    private static partial int setsockopt(int fd, int level, int option, void* value, uint size);

    [LibraryImport(Library)]
    private static partial int getsockopt(int fd, int level, int option, void* fill, uint* size);

    [LibraryImport(Library)]
    private static partial nint recvmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport(Library)]
    private static partial nint send(int fd, void* borrowed, nuint size, int flags);

    [LibraryImport(Library)]
    private static partial int recvmmsg(int fd, BatchedMessage* messages, uint count, int flags, TimeSpec* timeout);

    [LibraryImport(Library)]
    private static partial int sendmmsg(int fd, BatchedMessage* messages, uint count, int flags);
}
