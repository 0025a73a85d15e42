using System.Runtime.ExceptionServices;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Namespaces;
using Holdfast.Linux.Netlink;

namespace Holdfast.Tests.Linux;

/// <summary>A network namespace of its own for a test, which vanishes with everything in it when the test
/// ends.</summary>
internal static class KernelRoom
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Runs a test on a thread that stands in a namespace of its own, with nothing but a loopback
    /// device.</summary>
    internal static void Run(Action test)
    {
        Assert.True(
            Privileges.HasSysAdmin && Privileges.HasNetAdmin,
            "This test works in a network namespace of its own, which needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN). "
            + "Run the tests as root, or leave out the namespace Holdfast.Tests.Linux.");
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                NetworkNamespace.Unshare();
                test();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>Waits until a condition holds that changes with the network which the monitor watches.</summary>
    internal static void WaitFor(RouteMonitor monitor, Func<bool> condition) => WaitFor(monitor, [], condition);

    /// <summary>Waits until a condition holds, and keeps what the monitor tells until then.</summary>
    internal static void WaitFor(RouteMonitor monitor, List<RouteEvent> seen, Func<bool> condition)
    {
        using var epoll = new Epoll();
        epoll.Add(monitor.Fd, EpollInterest.Readable, 0);
        var end = MonotonicClock.Now + (long)Deadline.TotalNanoseconds;
        while (!condition())
        {
            Assert.True(MonotonicClock.Now < end, $"not so after {Deadline}; seen: {string.Join("; ", seen)}");
            epoll.Wait(new EpollEvent[1], Deadline);
            while (monitor.Read(seen))
            {
            }
        }
    }
}
