using Holdfast.Engine.Routing;
using Holdfast.Linux.Netlink;
using Holdfast.Tests.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Routing;

public sealed class NetworkReconcilerTests
{
    [Fact]
    public void A_link_that_goes_between_two_looks_is_no_error() => KernelRoom.Run(() =>
    {
        // Sockets belong to the namespace in which they are opened, so the other thread needs no namespace of its own.
        using var routes = new RouteSocket();
        using var network = new NetworkReconciler("wg0", NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var flicker = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                routes.CreateLink("wg0", "bridge");
                routes.DeleteLink(routes.Link("wg0")!.Index);
            }
        });
        flicker.Start();
        var (there, gone) = (0, 0);
        try
        {
            for (var i = 0; i < 2000 || there == 0 || gone == 0; i++)
            {
                if (network.Observe().Link is null) gone++;
                else there++;
            }
        }
        finally
        {
            stop.Cancel();
            flicker.Join();
        }
    });
}
