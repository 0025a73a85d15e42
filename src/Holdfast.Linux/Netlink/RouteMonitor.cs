namespace Holdfast.Linux.Netlink;

/// <summary>Tells what changes in the network of one namespace, the one that the calling thread is in when it is made:
/// links, addresses, routes and rules, IPv4 and IPv6. Make it before the first dump, so that nothing falls between. An
/// IPv4 route that goes with its address or interface is not told; whoever keeps routes lists them again
/// then.</summary>
public sealed class RouteMonitor : IDisposable
{
    private const int NETLINK_ROUTE = 0;
    private const int QueueSize = 1 << 20;

    // RTNLGRP_* of linux/rtnetlink.h
    private const int Link = 1;

    // IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE
    private static readonly int[] Others = [5, 7, 8, 9, 11, 19];

    private readonly NetlinkSocket _socket = new(NETLINK_ROUTE, "rtnetlink", blocking: false);

    /// <summary>Begins to watch.</summary>
    /// <param name="linksOnly">Whether addresses, routes and rules are left out.</param>
    /// <exception cref="LinuxException">EMFILE or ENFILE: too many open files.</exception>
    public RouteMonitor(bool linksOnly = false)
    {
        _socket.EnlargeQueue(QueueSize);
        _socket.Join(Link);
        if (linksOnly) return;
        foreach (var group in Others) _socket.Join(group);
    }

    /// <summary>The descriptor, for epoll (readable).</summary>
    public int Fd => _socket.Fd;

    /// <summary>Takes the events that have arrived with the next datagram. Call it until it returns false.</summary>
    /// <param name="fill">The events are added here.</param>
    /// <returns>False if nothing has arrived.</returns>
    /// <exception cref="LinuxException">The socket failed.</exception>
    public bool Read(ICollection<RouteEvent> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        var result = _socket.Receive(out var datagram);
        if (result == -Errno.EAGAIN) return false;
        if (result is -Errno.ENOBUFS or -Errno.EMSGSIZE)
        {
            fill.Add(new RouteEvent(RouteSubject.Overrun, IsRemoved: false));
            return true;
        }
        LinuxException.Check("watch rtnetlink", result);
        var messages = new NetlinkReader(datagram);
        while (messages.Next(out var message))
        {
            if (RouteEvent.Parse(message) is { } happened) fill.Add(happened);
        }
        // What can't be read may have been anything.
        if (messages.Malformed) fill.Add(new RouteEvent(RouteSubject.Overrun, IsRemoved: false));
        return true;
    }

    /// <summary>Ends the watch.</summary>
    public void Dispose() => _socket.Dispose();
}
