using System.Runtime.InteropServices;

namespace Holdfast.Linux.Netlink;

/// <summary>Asks and changes the network of one namespace, the one that the calling thread is in when it is made
/// (rtnetlink(7)): links, addresses, routes, rules. A change is done when the call returns. One thread at a time.</summary>
public sealed partial class RouteSocket : IDisposable
{
    private const int NETLINK_ROUTE = 0;
    private const int RequestSize = 4096;
    // Each attempt reads the whole table; a table that changes all the time is somebody else's fault.
    private const int DumpAttempts = 16;
    private const ushort NLMSGERR_ATTR_MSG = 1;

    private readonly NetlinkSocket _socket;
    private readonly byte[] _request = new byte[RequestSize];
    private uint _sequence;

    /// <summary>Opens a socket in the calling thread's namespace.</summary>
    /// <exception cref="LinuxException">EMFILE or ENFILE: too many open files.</exception>
    public RouteSocket() => _socket = new NetlinkSocket(NETLINK_ROUTE, "rtnetlink", blocking: true);

    private delegate T? Parser<T>(ReadOnlySpan<byte> body)
        where T : class;

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    /// <summary>A change: sends, and waits for the kernel's word.</summary>
    private void Change(string operation, Span<byte> message)
    {
        Send(operation, message);
        while (true)
        {
            var datagram = Receive(operation);
            while (datagram.Next(out var answer))
            {
                if (answer.Sequence != _sequence || answer.Type != NetlinkMessage.Error) continue;
                ThrowOnError(operation, answer);
                return;
            }
            RefuseMalformed(operation, datagram);
        }
    }

    /// <summary>A question with one answer; null if the kernel says that there is no such thing.</summary>
    private T? Get<T>(string operation, Span<byte> message, Parser<T> parse, params ReadOnlySpan<int> absent)
        where T : class
    {
        Send(operation, message);
        while (true)
        {
            var datagram = Receive(operation);
            while (datagram.Next(out var answer))
            {
                if (answer.Sequence != _sequence) continue;
                if (answer.Type != NetlinkMessage.Error) return parse(answer.Body) ?? throw Malformed(operation);
                if (absent.Contains(-ErrorOf(operation, answer))) return null;
                ThrowOnError(operation, answer);
            }
            RefuseMalformed(operation, datagram);
        }
    }

    /// <summary>A question with any number of answers, read again if they changed meanwhile.</summary>
    private List<T> Dump<T>(string operation, Span<byte> message, Parser<T> parse)
        where T : class
    {
        for (var attempt = 0; attempt < DumpAttempts; attempt++)
        {
            if (TryDump(operation, message, parse, out var found)) return found;
        }
        throw new LinuxException(operation, Errno.EAGAIN, "it changed each time while it was read");
    }

    private bool TryDump<T>(string operation, Span<byte> message, Parser<T> parse, out List<T> found)
        where T : class
    {
        found = [];
        var consistent = true;
        Send(operation, message);
        while (true)
        {
            var datagram = Receive(operation);
            while (datagram.Next(out var answer))
            {
                if (answer.Sequence != _sequence) continue;
                consistent &= (answer.Flags & NetlinkMessage.NLM_F_DUMP_INTR) == 0;
                if (answer.Type is NetlinkMessage.Error or NetlinkMessage.Done)
                {
                    ThrowOnError(operation, answer);
                    return consistent;
                }
                // What can't be understood is of a family or kind that nobody here asks for.
                if (parse(answer.Body) is { } item) found.Add(item);
            }
            RefuseMalformed(operation, datagram);
        }
    }

    private void Send(string operation, Span<byte> message)
    {
        MemoryMarshal.Write(message[8..], ++_sequence);
        _socket.Send(operation, message);
    }

    private NetlinkReader Receive(string operation)
    {
        LinuxException.Check(operation, _socket.Receive(out var datagram));
        return new NetlinkReader(datagram);
    }

    private static int ErrorOf(string operation, in NetlinkMessage answer) =>
        answer.Body.Length >= sizeof(int) ? MemoryMarshal.Read<int>(answer.Body) : throw Malformed(operation);

    private static void ThrowOnError(string operation, in NetlinkMessage answer)
    {
        var error = ErrorOf(operation, answer);
        if (error < 0) throw new LinuxException(operation, -error, ErrorText(answer));
    }

    /// <summary>The kernel's own words: attributes behind the error number and, for an error, the message it is about.</summary>
    internal static string? ErrorText(in NetlinkMessage answer)
    {
        if ((answer.Flags & NetlinkMessage.NLM_F_ACK_TLVS) == 0) return null;
        var start = sizeof(int);
        if (answer.Body.Length < start) return null;
        if (answer.Type == NetlinkMessage.Error)
        {
            if (answer.Body.Length < start + NetlinkWriter.HeaderSize) return null;
            var capped = (answer.Flags & NetlinkMessage.NLM_F_CAPPED) != 0;
            var echoed = capped ? NetlinkWriter.HeaderSize : MemoryMarshal.Read<uint>(answer.Body[start..]);
            if (echoed > answer.Body.Length - start) return null;
            start = Math.Min(start + (int)echoed + 3 & ~3, answer.Body.Length);
        }
        var attributes = new AttributeReader(answer.Body[start..]);
        while (attributes.Next())
        {
            if (attributes.Type == NLMSGERR_ATTR_MSG) return attributes.Text().TrimEnd('.');
        }
        return null;
    }

    private static void RefuseMalformed(string operation, in NetlinkReader datagram)
    {
        if (datagram.Malformed) throw Malformed(operation);
    }

    private static LinuxException Malformed(string operation) =>
        new(operation, Errno.EBADMSG, "the kernel's answer can't be understood");
}
