using System.Runtime.InteropServices;

namespace Holdfast.Linux;

/// <summary>A system call or a netlink request that the kernel refused, with the operation's name and the error
/// number. The message reads <c>bind udp 0.0.0.0:51820: Address already in use (EADDRINUSE)</c>.</summary>
public sealed class LinuxException : IOException
{
    /// <summary>Makes an exception for an operation that failed.</summary>
    /// <param name="operation">What was tried, with its object, in lower case: <c>add route 10.0.0.0/8 dev
    /// eth0</c>.</param>
    /// <param name="errno">The error number, positive.</param>
    /// <param name="detail">More that is known, such as the kernel's own words; appended to the message.</param>
    public LinuxException(string operation, int errno, string? detail = null)
        : base(TextOf(operation, errno, detail))
    {
        Operation = operation;
        Errno = errno;
        Detail = detail;
    }

    /// <summary>What was tried.</summary>
    public string Operation { get; }

    /// <summary>The error number, positive (see <see cref="Linux.Errno"/>).</summary>
    public int Errno { get; }

    /// <summary>The kernel's own words (netlink's extended acknowledgement) or our advice; null if there are
    /// none.</summary>
    public string? Detail { get; }

    /// <summary>An exception for the C library call that failed last on this thread.</summary>
    public static LinuxException Last(string operation) => new(operation, Marshal.GetLastSystemError());

    /// <summary>Passes a result of the kernel's convention (negative is an error number) on, or throws.</summary>
    /// <exception cref="LinuxException">The result is negative.</exception>
    internal static int Check(string operation, nint result) =>
        result < 0 ? throw new LinuxException(operation, (int)-result) : (int)result;

    private static string TextOf(string operation, int errno, string? detail)
    {
        var text = $"{operation}: {Marshal.GetPInvokeErrorMessage(errno)} ({Linux.Errno.NameOf(errno)})";
        return detail is null ? text : $"{text}: {detail}";
    }
}
