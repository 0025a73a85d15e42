namespace Holdfast.LabTests.Scenarios;

/// <summary>Brings ends of tunnels up: by the shipped binary, or by a peer that nobody here wrote.</summary>
internal static class Tunnels
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);

    private static readonly RunOptions MayFail = RunOptions.Usual with { MayFail = true };

    /// <summary>Runs `holdfast`.</summary>
    /// <exception cref="LabException">Its exit code was not 0.</exception>
    public static Task<RunResult> Holdfast(this Host host, params string[] arguments)
        => host.Run(HoldfastBinary.Path, arguments);

    /// <summary>Runs `holdfast`, whatever its exit code.</summary>
    public static Task<RunResult> TryHoldfast(this Host host, params string[] arguments)
        => host.Run(MayFail, HoldfastBinary.Path, arguments);

    /// <summary>Writes the file and runs `holdfast up` on it.</summary>
    public static async Task<TunnelEnd> Up(this Host host, WgFile file)
    {
        host.WriteFile(file.Path, file.ToString());
        var result = await host.Holdfast("up", file.Path);
        if (result.HeldOpen)
            throw new LabException($"{host.Name}: the engine holds the caller's output open: {result}");
        return new TunnelEnd(host, file);
    }

    /// <summary>Writes the file and runs `holdfast up --foreground` on it.</summary>
    public static async Task<TunnelEnd> UpInForeground(this Host host, WgFile file)
    {
        host.WriteFile(file.Path, file.ToString());
        var process = host.Start(HoldfastBinary.Path, "up", file.Path, "--foreground");
        await process.WaitForLine($"{file.Name} is up", StartDeadline);
        return new TunnelEnd(host, file, process);
    }

    /// <summary>Runs `holdfast device`, and sets it up with the stock tools.</summary>
    public static Task<TunnelEnd> Device(this Host host, WgFile file, int mtu = 1420, bool routes = true)
        => Bare(host, file, mtu, routes, host.Start(HoldfastBinary.Path, "device", file.Name, "--foreground"));

    /// <summary>Runs Debian's wireguard-go, and sets it up with the stock tools.</summary>
    public static Task<TunnelEnd> WireGuardGo(this Host host, WgFile file, int mtu = 1420, bool routes = true)
    {
        var options = RunOptions.Usual with
        {
            Environment = new Dictionary<string, string?> { ["LOG_LEVEL"] = "verbose" },
        };
        return Bare(host, file, mtu, routes,
            host.Start(options, "/usr/bin/wireguard-go", "--foreground", file.Name));
    }

    /// <summary>A hub without the site's endpoint and a site with the hub's, both by `holdfast up`.</summary>
    public static async Task<(TunnelEnd Hub, TunnelEnd Site)> UpBoth(this Lab lab, string hubAddress)
    {
        var hub = await lab.Host("hub").Up(WgFile.Hub());
        var site = await lab.Host("site").Up(WgFile.Site(WgFile.At(hubAddress)));
        return (hub, site);
    }

    /// <summary>A hub without the site's endpoint and a site with the hub's, both bare devices.</summary>
    public static async Task<(TunnelEnd Hub, TunnelEnd Site)> BothDevices(this Lab lab, string hubAddress,
        int mtu = 1420)
    {
        var hub = await lab.Host("hub").Device(WgFile.Hub(), mtu);
        var site = await lab.Host("site").Device(WgFile.Site(WgFile.At(hubAddress)), mtu);
        return (hub, site);
    }

    private static async Task<TunnelEnd> Bare(Host host, WgFile file, int mtu, bool routes, HostProcess process)
    {
        var socket = host.PathOf($"/run/wireguard/{file.Name}.sock");
        await Eventually.Until(() => File.Exists(socket) || process.HasExited, StartDeadline, $"{socket} to appear",
            process.Describe);
        if (process.HasExited)
            throw new LabException($"{host.Name}: {process.Describe()}");
        host.WriteFile($"/etc/wireguard/{file.Name}.wg", file.ForWg());
        await host.Run("wg", "setconf", file.Name, $"/etc/wireguard/{file.Name}.wg");
        await host.Ip([
            .. file.Addresses.Select(a => $"address add {a} dev {file.Name}"),
            $"link set dev {file.Name} mtu {mtu} up",
            .. file.Peers.Where(_ => routes)
                .SelectMany(p => p.AllowedIps.Split(", ", StringSplitOptions.RemoveEmptyEntries))
                .Select(a => $"route replace {a} dev {file.Name}")]);
        return new TunnelEnd(host, file, process);
    }
}
