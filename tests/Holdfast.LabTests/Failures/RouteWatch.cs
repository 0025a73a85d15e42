namespace Holdfast.LabTests.Failures;

/// <summary>Sees whether a tunnel's device, or an address or a route of it, ever goes at a host.</summary>
internal sealed class RouteWatch
{
    private readonly HostProcess _monitor;

    private RouteWatch(HostProcess monitor) => _monitor = monitor;

    /// <summary>Begins.</summary>
    public static async Task<RouteWatch> Begin(Host host)
    {
        var monitor = host.Start("ip", "monitor", "link", "address", "route", "rule");
        await monitor.Pid();
        return new RouteWatch(monitor);
    }

    /// <summary>The tunnel's device, addresses, routes and rules, but for whether there is a carrier just now.</summary>
    public static async Task<string> Take(Host host) => (await host.Shell($"""
        ip -o addr show dev {TwoUplinks.Tunnel} | sed 's/^[0-9]*: //; /inet6 fe80/d'
        for family in -4 -6; do ip $family route show table all | grep {TwoUplinks.Tunnel} | grep -v fe80 | sed 's/ linkdown//'; ip $family rule; done
        """)).Output;

    /// <summary>Demands that nothing went.</summary>
    public void NothingWent() => Assert.DoesNotContain(_monitor.Output.Lines, line =>
        line.StartsWith("Deleted", StringComparison.Ordinal) && line.Contains(TwoUplinks.Tunnel, StringComparison.Ordinal));
}
