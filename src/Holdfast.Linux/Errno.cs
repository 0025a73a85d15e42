namespace Holdfast.Linux;

/// <summary>Error numbers of Linux (asm-generic/errno-base.h and errno.h, as on x86-64 and arm64).</summary>
public static class Errno
{
    /// <summary>Operation not permitted: a capability is missing.</summary>
    public const int EPERM = 1;

    /// <summary>No such file or directory.</summary>
    public const int ENOENT = 2;

    /// <summary>No such process; rtnetlink says it of a route that isn't there.</summary>
    public const int ESRCH = 3;

    /// <summary>Interrupted by a signal. Retried inside this assembly, so callers never see it.</summary>
    public const int EINTR = 4;

    /// <summary>Input/output error; a TUN says it of a write while the interface is down.</summary>
    public const int EIO = 5;

    /// <summary>No such device or address.</summary>
    public const int ENXIO = 6;

    /// <summary>Bad file descriptor.</summary>
    public const int EBADF = 9;

    /// <summary>Would block: nothing to read, or no room to write. Normal on non-blocking descriptors.</summary>
    public const int EAGAIN = 11;

    /// <summary>Out of memory.</summary>
    public const int ENOMEM = 12;

    /// <summary>Permission denied.</summary>
    public const int EACCES = 13;

    /// <summary>Device or resource busy.</summary>
    public const int EBUSY = 16;

    /// <summary>Exists already.</summary>
    public const int EEXIST = 17;

    /// <summary>No such device.</summary>
    public const int ENODEV = 19;

    /// <summary>A part of the path is no directory.</summary>
    public const int ENOTDIR = 20;

    /// <summary>Invalid argument; sending says it of a source address that this host does not have.</summary>
    public const int EINVAL = 22;

    /// <summary>Broken pipe.</summary>
    public const int EPIPE = 32;

    /// <summary>A name longer than its place allows.</summary>
    public const int ENAMETOOLONG = 36;

    /// <summary>The kernel doesn't know this system call.</summary>
    public const int ENOSYS = 38;

    /// <summary>Protocol error.</summary>
    public const int EPROTO = 71;

    /// <summary>A message that can't be parsed.</summary>
    public const int EBADMSG = 74;

    /// <summary>Descriptor in a bad state; a TUN says it once its device is deleted.</summary>
    public const int EBADFD = 77;

    /// <summary>Message too long for the path or the socket.</summary>
    public const int EMSGSIZE = 90;

    /// <summary>Operation not supported.</summary>
    public const int EOPNOTSUPP = 95;

    /// <summary>Address family not supported: IPv6 is switched off, for instance.</summary>
    public const int EAFNOSUPPORT = 97;

    /// <summary>Address already in use.</summary>
    public const int EADDRINUSE = 98;

    /// <summary>This host does not have that address.</summary>
    public const int EADDRNOTAVAIL = 99;

    /// <summary>Network is down.</summary>
    public const int ENETDOWN = 100;

    /// <summary>Network is unreachable: no route.</summary>
    public const int ENETUNREACH = 101;

    /// <summary>Connection reset by peer.</summary>
    public const int ECONNRESET = 104;

    /// <summary>No buffer space; a netlink socket says it when events were lost.</summary>
    public const int ENOBUFS = 105;

    /// <summary>Not connected.</summary>
    public const int ENOTCONN = 107;

    /// <summary>Timed out.</summary>
    public const int ETIMEDOUT = 110;

    /// <summary>Connection refused: the peer's port is closed.</summary>
    public const int ECONNREFUSED = 111;

    /// <summary>No route to host.</summary>
    public const int EHOSTUNREACH = 113;

    // Indexed by number; "-" has no name.
    private static readonly string[] Names = (
        "0 EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY "
        + "EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK "
        + "EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC "
        + "EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR "
        + "ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG "
        + "EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE "
        + "EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP "
        + "EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET "
        + "ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY "
        + "EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED "
        + "ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON").Split(' ');

    /// <summary>The symbolic name of an error number, such as <c>EADDRINUSE</c>; <c>errno 9999</c> if it has none.</summary>
    public static string NameOf(int errno) =>
        errno > 0 && errno < Names.Length && Names[errno] != "-" ? Names[errno] : $"errno {errno}";
}
