using System.Globalization;

namespace Holdfast.Labs;

/// <summary>A plain pair of virtual Ethernet interfaces: fast, and without faults.</summary>
public sealed class Veth
{
    private Veth(string name, LinkEnd near, LinkEnd far)
    {
        Name = name;
        Near = near;
        Far = far;
    }

    /// <summary>The link's name.</summary>
    public string Name { get; }

    /// <summary>The first end.</summary>
    public LinkEnd Near { get; }

    /// <summary>The second end.</summary>
    public LinkEnd Far { get; }

    internal static async Task<Veth> Make(string name, LinkEnd near, LinkEnd far, VethOptions options)
    {
        await CreatePair(near, far);
        await Task.WhenAll(Prepare(near, options), Prepare(far, options));
        await Task.WhenAll(Runs(near), Runs(far));
        return new Veth(name, near, far);
    }

    // Both ends are made in their host's namespace right away: nothing appears outside, not even for a moment.
    internal static Task CreatePair(LinkEnd near, LinkEnd far)
        => Outside.Run("ip", "link", "add", near.Interface, "netns", Number(near.Host.HolderPid), "type", "veth",
            "peer", "name", far.Interface, "netns", Number(far.Host.HolderPid));

    private static async Task Prepare(LinkEnd end, VethOptions options)
    {
        if (!options.Offloads)
            await end.Host.Run("ethtool", "-K", end.Interface, "tso", "off", "gso", "off", "gro", "off",
                "tx-udp-segmentation", "off");
        await end.Configure(options.InterfaceMtu);
        if (options.Rate is { } rate)
            await LimitRate(end, rate, options.Queue);
    }

    // The kernel notices the carrier in its own time: until then packets are dropped and IPv6's routes are missing.
    private static Task Runs(LinkEnd end) => Eventually.Until(async () =>
    {
        var routes = await end.Host.Run("ip", "-6", "route", "show", "table", "local", "dev", end.Interface);
        return routes.Output.Contains($"local {end.V6} ", StringComparison.Ordinal)
            && routes.Output.Contains("multicast", StringComparison.Ordinal);
    }, TimeSpan.FromSeconds(5), $"{end.Interface} of {end.Host.Name} to run");

    private static Task LimitRate(LinkEnd end, long rate, TimeSpan queue)
    {
        // A bucket of 2 ms, but never less than one big segment, which would never fit.
        var burst = Math.Max(rate / 8 / 500, 70_000);
        return end.Host.Run("tc", "qdisc", "replace", "dev", end.Interface, "root", "tbf", "rate",
            $"{Number(rate)}bit", "burst", Number(burst), "latency", $"{Number((long)queue.TotalMilliseconds)}ms");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
