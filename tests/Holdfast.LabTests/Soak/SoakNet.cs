using System.Diagnostics;
using System.Globalization;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Soak;

/// <summary>
/// A hub that must last, and three peers that come and go: a site by `up`, a branch by `daemon`, and wireguard-go.
/// Each has a wire of its own to the hub, which bounds the load.
/// </summary>
internal sealed class SoakNet : IAsyncDisposable
{
    public const string Hub = "10.7.0.1", BranchV4 = "10.7.0.3", PlainV4 = "10.7.0.4";

    /// <summary>Bits per second that each wire carries each way.</summary>
    public const long Rate = 10_000_000;

    private const string NodeFile = "/etc/holdfast/holdfast.yaml";

    /// <summary>How long a tunnel may take to carry again: a peer that lost its session notices after 15 s of sending
    /// without an answer (WireGuard paper, 6.5), and then asks every 5 s.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Host, Veth> _wires = [];
    private readonly Dictionary<Host, string> _addresses = [];
    private readonly List<EchoSession> _sessions = [];

    public required Host HubHost { get; init; }

    public required Host Site { get; init; }

    public required Host Branch { get; init; }

    public required Host Plain { get; init; }

    public HostProcess HubDaemon { get; private set; } = null!;

    public HostProcess BranchDaemon { get; private set; } = null!;

    public TunnelEnd SiteEnd { get; private set; } = null!;

    public TunnelEnd PlainEnd { get; private set; } = null!;

    /// <summary>A session of each peer, which must outlive everything.</summary>
    public IReadOnlyList<EchoSession> Sessions => _sessions;

    public IEnumerable<(Host Host, string Inside)> Peers =>
        [(Site, WgFile.SiteV4), (Branch, BranchV4), (Plain, PlainV4)];

    public static async Task<SoakNet> Draw(Lab lab)
    {
        // A host that changes its address keeps the next one (promote_secondaries), as most distributions have it.
        var options = new HostOptions
        {
            Sysctls = new Dictionary<string, string> { ["net.ipv4.conf.all.promote_secondaries"] = "1" },
        };
        var net = new SoakNet
        {
            HubHost = await lab.AddHost("hub", options),
            Site = await lab.AddHost("site", options),
            Branch = await lab.AddHost("branch", options),
            Plain = await lab.AddHost("plain", options),
        };
        foreach (var (host, _) in net.Peers)
        {
            var wire = await lab.AddVeth(host, net.HubHost, new VethOptions { Name = $"to-{host.Name}", Rate = Rate });
            net._wires.Add(host, wire);
            net._addresses.Add(host, wire.Near.V4);
        }
        return net;
    }

    /// <summary>Starts all four, and a session of each peer with the hub.</summary>
    public async Task Start()
    {
        HeapCount.Prepare(HubHost);
        // With the second tunnel that comes and goes later: its port is remembered from here on.
        HubHost.WriteFile(NodeFile, HubYaml(second: true));
        HubDaemon = HubHost.Start(RunOptions.Usual with { Environment = HeapCount.Environment }, HoldfastBinary.Path,
            "daemon", "--config", NodeFile);
        await HubDaemon.WaitForLine("wg1 is up", StartDeadline);
        SiteEnd = await Site.Up(WgFile.Site(WgFile.At(_wires[Site].Far.V4)));
        Branch.WriteFile(NodeFile, BranchYaml());
        await StartBranch();
        await StartPlain();
        await AllCarry();
        foreach (var (host, _) in Peers)
            _sessions.Add(await EchoSession.Open(host, HubHost, Hub, 7001 + _sessions.Count));
    }

    public async Task StartBranch()
    {
        BranchDaemon = Branch.Start(HoldfastBinary.Path, "daemon", "--config", NodeFile);
        await BranchDaemon.WaitForLine("wg0 is up", StartDeadline);
    }

    public async Task StartPlain()
    {
        PlainEnd = await Plain.WireGuardGo(new WgFile("wg0", KeyPair.Fourth)
        {
            Addresses = [$"{PlainV4}/24"],
            Peers = [new WgPeer(KeyPair.Hub) { AllowedIps = $"{Hub}/32", Endpoint = WgFile.At(_wires[Plain].Far.V4) }],
        });
    }

    /// <summary>Demands that every tunnel carries, asked from either end, and every session lives.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> AllCarry(bool fromHub = false)
    {
        var watch = Stopwatch.StartNew();
        foreach (var (host, inside) in Peers)
            await (fromHub ? HubHost.Carries(inside, Recovery) : host.Carries(Hub, Recovery));
        return watch.Elapsed;
    }

    /// <summary>Gives a peer another address on its wire, as a lease that changes does.</summary>
    /// <param name="host">The peer.</param>
    /// <param name="number">Which, from 3 to 14; 1 is the first one.</param>
    public async Task Move(Host host, int number)
    {
        var wire = _wires[host];
        var last = wire.Near.V4.LastIndexOf('.');
        var first = int.Parse(wire.Near.V4[(last + 1)..], CultureInfo.InvariantCulture);
        var next = string.Create(CultureInfo.InvariantCulture, $"{wire.Near.V4[..last]}.{first - 1 + number}");
        if (next == _addresses[host])
            return;
        await host.Ip($"address add {next}/28 dev {wire.Near.Interface}",
            $"address del {_addresses[host]}/28 dev {wire.Near.Interface}");
        _addresses[host] = next;
    }

    /// <summary>Has the hub read a file again.</summary>
    public Task ReloadHub(IEnumerable<string> extraPeers, bool second) =>
        Reload(HubHost, HubDaemon, HubYaml(extraPeers, second));

    /// <summary>Has the branch read a file again.</summary>
    public Task ReloadBranch(int keepalive) => Reload(Branch, BranchDaemon, BranchYaml(keepalive));

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
            await session.DisposeAsync();
    }

    private static async Task Reload(Host host, HostProcess daemon, string yaml)
    {
        var before = daemon.Errors.Lines.Count(IsReload);
        host.WriteFile(NodeFile, yaml);
        await daemon.Kill(Signal.Hup);
        await Eventually.Until(() => daemon.Errors.Lines.Count(IsReload) > before, StartDeadline,
            $"{host.Name} to read its file again", daemon.Describe);

        static bool IsReload(string line) => line.EndsWith("is in force", StringComparison.Ordinal);
    }

    private static string HubYaml(IEnumerable<string>? extraPeers = null, bool second = false) => $"""
        node: {"{"}name: hub{"}"}
        tunnels:
          - name: wg0
            private_key: "{KeyPair.Hub.Private}"
            addresses: [{Hub}/24]
            listen: ["udp://:{WgFile.Port}"]
            peers:
              - {"{"}public_key: "{KeyPair.Site.Public}", allowed_ips: [{WgFile.SiteV4}/32, "{WgFile.SiteV6}/128"]{"}"}
              - {"{"}public_key: "{KeyPair.Third.Public}", allowed_ips: [{BranchV4}/32]{"}"}
              - {"{"}public_key: "{KeyPair.Fourth.Public}", allowed_ips: [{PlainV4}/32]{"}"}

        """ + string.Concat((extraPeers ?? []).Select((key, number) =>
            $"      - {{public_key: \"{key}\", allowed_ips: [10.40.{number}.0/24]}}\n")) + (second ? $"""
          - name: wg1
            private_key: "{KeyPair.Third.Private}"
            addresses: [10.27.0.1/24]
            peers:
              - {"{"}public_key: "{KeyPair.Fourth.Public}", allowed_ips: [10.27.0.2/32]{"}"}

        """ : "");

    private string BranchYaml(int keepalive = 0) => $"""
        node: {"{"}name: branch{"}"}
        tunnels:
          - name: wg0
            private_key: "{KeyPair.Third.Private}"
            addresses: [{BranchV4}/24]
            peers:
              - public_key: "{KeyPair.Hub.Public}"
                allowed_ips: [{Hub}/32]
                endpoints: ["udp://{WgFile.At(_wires[Branch].Far.V4)}"]
                keepalive: {keepalive}

        """;
}
