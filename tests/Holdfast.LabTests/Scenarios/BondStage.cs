using System.Globalization;
using System.Text.Json;
using Holdfast.Comparing;

namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// A site and a hub with several links, each an uplink at both ends, and one TCP stream from the site to the hub: through the
/// tunnel in any mode and by any of the links, by the bare links, or by the kernel's MPTCP.
/// </summary>
internal sealed class BondStage
{
    private const string File = "/etc/holdfast/holdfast.yaml";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Omitted = TimeSpan.FromSeconds(1);

    // Most hosts have cubic. BBR, which some have instead, makes less of loss and of reordering.
    private static readonly string Congestion = Setting.Of("HOLDFAST_BOND_CONGESTION", "cubic");

    // The usual limit of a sending buffer, 4 MB, is less than twice what is under way at 200 Mbit/s in 60 ms and 50 ms of
    // queue. All runs get the same. Nor may a run begin with what the one before has learned.
    private static readonly string[] Sysctls =
    [
        "net.ipv4.tcp_rmem=4096 131072 33554432", "net.ipv4.tcp_wmem=4096 16384 33554432", "net.ipv4.tcp_no_metrics_save=1",
    ];

    private static readonly string[] Mptcpize = ["mptcpize", "run"];

    private readonly List<string> _names = [];
    private string? _onlyOfHub; // its uplink, if it has but one
    private readonly List<LinkEnd> _far = [];
    private readonly List<HostProcess> _daemons = [];

    private BondStage(Lab lab) => (Lab, Site, Hub) = (lab, lab.Host("site"), lab.Host("hub"));

    public Lab Lab { get; }

    public Host Site { get; }

    public Host Hub { get; }

    public IEnumerable<int> Links => Enumerable.Range(0, _names.Count);

    /// <summary>Lays the links; the lab has a site and a hub, and nothing else.</summary>
    public static async Task<BondStage> Lay(Lab lab, params BondLink[] links)
    {
        var stage = new BondStage(lab);
        foreach (var link in links)
            await stage.Lay(FormattableString.Invariant($"isp{stage._names.Count + 1}"), link);
        await stage.SetSysctls();
        return stage;
    }

    /// <summary>Lays the links from the site to a router, and one wire from there to the hub, which has no other uplink or address.</summary>
    public static async Task<BondStage> LayToOneUplink(Lab lab, params BondLink[] links)
    {
        var stage = new BondStage(lab) { _onlyOfHub = "up" };
        var router = await lab.AddHost("router", new HostOptions { Forwards = true });
        var up = await lab.AddWire(router, stage.Hub, new WireOptions { Name = "up" });
        await stage.Hub.Ip($"route add default via {up.Near.V4} dev up");
        foreach (var link in links)
        {
            var name = FormattableString.Invariant($"isp{stage._names.Count + 1}");
            var wire = await lab.AddWire(stage.Site, router, link.Wire(name));
            await stage.Site.Ip($"route add default via {wire.Far.V4} dev {name} metric {stage._names.Count + 1}00");
            stage.Add(name, up.Far);
        }
        await stage.SetSysctls();
        return stage;
    }

    private async Task SetSysctls()
    {
        foreach (var host in new[] { Site, Hub })
            await host.Run("sysctl", ["-qw", .. Sysctls]);
    }

    /// <summary>Starts the tunnel anew.</summary>
    /// <param name="mode">How its paths are used.</param>
    /// <param name="links">By which links; none named means all.</param>
    public async Task Start(string mode, params int[] links)
    {
        await Stop();
        if (links.Length == 0)
            links = [.. Links];
        var endpoints = string.Join(", ", links.Select(l => $"\"{WgFile.At(_far[l].V4)}\"").Distinct());
        var names = links.Select(l => _names[l]).ToArray();
        Hub.WriteFile(File, Yaml(_onlyOfHub is { } only ? [only] : names, mode, KeyPair.Hub, WgFile.HubV4, KeyPair.Site, WgFile.SiteV4, ""));
        Site.WriteFile(File, Yaml(names, mode, KeyPair.Site, WgFile.SiteV4, KeyPair.Hub, WgFile.HubV4,
            $", endpoints: [{endpoints}]"));
        foreach (var host in new[] { Hub, Site })
        {
            var daemon = host.Start(HoldfastBinary.Path, "daemon", "--config", File);
            _daemons.Add(daemon);
            await daemon.WaitForLine("hf0 is up", Patience);
        }
        await Site.Carries(WgFile.HubV4, Patience);
        if (links.Length == 1)
            return;
        foreach (var host in new[] { Hub, Site })
        {
            await Eventually.Gives(() => Working(host, host == Hub && _onlyOfHub is not null ? "endpoint" : "uplink"),
                working => working.Length == links.Length, Patience, $"a path by each of {links.Length} links at {host.Name}");
        }
    }

    /// <summary>Takes the tunnel away.</summary>
    public async Task Stop()
    {
        foreach (var daemon in _daemons)
        {
            await daemon.Stop();
            await daemon.Host.Holdfast("daemon", "--config", File, "--down");
        }
        _daemons.Clear();
    }

    /// <summary>One TCP stream through the tunnel.</summary>
    /// <param name="time">How long.</param>
    /// <param name="back">From the hub to the site.</param>
    public Task<BondFigure> Stream(TimeSpan time, bool back = false) => Stream(WgFile.HubV4, time, back, []);

    /// <summary>One TCP stream by each link, which is the tunnel's only one.</summary>
    public async Task<IReadOnlyList<BondFigure>> Alone(TimeSpan time, bool back = false)
    {
        var figures = new List<BondFigure>();
        foreach (var link in Links)
        {
            await Start("single", link);
            figures.Add(await Stream(time, back));
        }
        return figures;
    }

    /// <summary>One TCP stream by a link alone, without a tunnel.</summary>
    public Task<BondFigure> BareStream(int link, TimeSpan time, bool back) => Stream(_far[link].V4, time, back, []);

    /// <summary>One MPTCP stream by all links, without a tunnel.</summary>
    public Task<BondFigure> MptcpStream(TimeSpan time, bool back) => Stream(_far[0].V4, time, back, Mptcpize);

    /// <summary>Pulls the first wire at the near end under a TCP session that sends a line each 20 ms, and plugs it again.</summary>
    /// <param name="address">The hub's; null is by MPTCP, without a tunnel.</param>
    /// <returns>The longest time that a line was away, in milliseconds.</returns>
    public async Task<double> SilenceOfPulledWire(string? address)
    {
        var joined = await MptcpSubflows();
        await using var sessions = address is null
            ? await TcpSessions.Open(Site, Hub, _far[0].V4, 1, runBy: Mptcpize)
            : await TcpSessions.Open(Site, Hub, address, 1);
        if (address is null)
            await Eventually.Gives(MptcpSubflows, now => now > joined, Patience, "MPTCP to use another link");
        await MoreLines(sessions);
        var wire = Lab.Wire(_names[0]);
        wire.Unplug(WireSide.Near);
        await MoreLines(sessions);
        wire.Plug();
        return (await sessions.Close(Patience)).Slowest.LongestMs;
    }

    private static Task MoreLines(TcpSessions sessions)
    {
        var wanted = sessions.Progress.Sessions[0].Lines + 50;
        return Eventually.Until(() => sessions.Progress.Sessions[0].Lines >= wanted, Patience, "lines to come back");
    }

    /// <summary>Lets the kernel's MPTCP use each link for one subflow: the hub tells its other addresses, the site goes there.</summary>
    public async Task PrepareMptcp()
    {
        foreach (var host in new[] { Site, Hub })
            await host.Run("ip", "mptcp", "limits", "set", "subflow", "8", "add_addr_accepted", "8");
        foreach (var far in _far.Skip(1))
            await Hub.Run("ip", "mptcp", "endpoint", "add", far.V4, "dev", far.Interface, "signal");
    }

    /// <summary>Further subflows that the site has made so far.</summary>
    public async Task<long> MptcpSubflows()
        => (await Site.Run("nstat", "-asz", "MPTcpExtMPJoinSynAckRx")).Lines
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => w is ["MPTcpExtMPJoinSynAckRx", ..])
            .Sum(w => long.Parse(w[1], CultureInfo.InvariantCulture));

    /// <summary>What this machine lacks for MPTCP, or null.</summary>
    public static string? LacksMptcp()
        => !System.IO.File.Exists("/proc/sys/net/mptcp/enabled") ? "this kernel has no MPTCP"
            : LabRequirements.Check("mptcpize");

    /// <summary>Packets that the hub has got out of the tunnel.</summary>
    public async Task<long> ReceivedPackets() => (await Peer(Hub)).GetProperty("received_packets").GetInt64();

    /// <summary>What both ends dropped, and what their devices' queues had no room for: where lost packets may be.</summary>
    public async Task<string> Drops()
    {
        var lines = new List<string>();
        foreach (var host in new[] { Site, Hub })
        {
            var status = JsonDocument.Parse((await host.Holdfast("status", "hf0", "--json")).Output).RootElement;
            var device = await host.Run("ip", "-s", "-s", "link", "show", "hf0");
            lines.Add($"{host.Name}: {status.GetProperty("drops").GetRawText()}\n{device.Output}");
        }
        return string.Join('\n', [.. lines, .. Lab.Wires.Select(w => w.ToString())]);
    }

    /// <summary>Both ends' paths and what happened to them: why a link was not used.</summary>
    public async Task<string> Paths()
    {
        var lines = new List<string>();
        foreach (var host in new[] { Site, Hub })
            lines.Add($"{host.Name}:\n{(await host.Holdfast("path", "list", "hf0")).Output}\n{(await host.Holdfast("log")).Output}");
        return string.Join('\n', lines);
    }

    /// <summary>The uplinks by which a host has a path that is up, or the endpoints to which it has one.</summary>
    private static async Task<string[]> Working(Host host, string end) =>
    [
        .. (await Peer(host)).GetProperty("paths").EnumerateArray()
            .Where(p => p.GetProperty("state").GetString() == "up").Select(p => p.GetProperty(end).GetString()!)
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>The uplink by which a host has sent the most.</summary>
    public static async Task<string> Busiest(Host host) => (await Peer(host)).GetProperty("paths").EnumerateArray()
        .GroupBy(p => p.GetProperty("uplink").GetString()!, p => p.GetProperty("sent_bytes").GetInt64())
        .MaxBy(sent => sent.Sum())!.Key;

    private static async Task<JsonElement> Peer(Host host) =>
        JsonDocument.Parse((await host.Holdfast("status", "hf0", "--json")).Output).RootElement.GetProperty("peers")[0];

    private async Task Lay(string name, BondLink link)
    {
        if (link.IsVeth)
        {
            var veth = await Lab.AddVeth(Site, Hub, link.Veth(name));
            Add(name, veth.Far);
        }
        else
        {
            var wire = await Lab.AddWire(Site, Hub, link.Wire(name));
            Add(name, wire.Far);
        }
    }

    private void Add(string name, LinkEnd far)
    {
        _names.Add(name);
        _far.Add(far);
    }

    // What is omitted is TCP's slow start and the bond's own learning.
    private async Task<BondFigure> Stream(string address, TimeSpan time, bool back, string[] runBy)
    {
        var omit = Omitted.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
        var options = new IperfOptions
        {
            Time = time,
            Reverse = back,
            RunBy = runBy,
            More = ["--congestion", Congestion, "--omit", omit],
        };
        var before = await ProcessUse.Cpu(_daemons);
        var result = await Iperf.Run(Site, Hub, address, options);
        // iperf3 leaves out the bytes of the omitted second, and the processor time was there.
        var gigabytes = result.BitsPerSecond / 8e9 * (time + Omitted).TotalSeconds;
        return new BondFigure(result.BitsPerSecond / 1e6, (await ProcessUse.Cpu(_daemons) - before).TotalSeconds / gigabytes);
    }

    private static string Yaml(string[] uplinks, string mode, KeyPair own, string address, KeyPair peer, string allowed,
        string endpoints) => $"""
        uplinks: [{string.Join(", ", uplinks.Select(name => $"{{interface: {name}}}"))}]
        tunnels:
        - name: hf0
          private_key: "{own.Private}"
          addresses: [{address}/24]
          listen: ["udp://:{WgFile.Port}"]
          peers:
          - {"{"}public_key: "{peer.Public}", allowed_ips: [{allowed}/32], paths: {mode}{endpoints}{"}"}
        """;
}
