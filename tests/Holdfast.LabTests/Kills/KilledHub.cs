using System.Globalization;
using System.Text.Json;
using Holdfast.LabTests.Scenarios;
using Holdfast.LabTests.Soak;

namespace Holdfast.LabTests.Kills;

/// <summary>
/// A hub whose programs are killed. Its file has no endpoint for the site, so that it finds the site by what it
/// remembers alone; the site says nothing of its own accord.
/// </summary>
internal sealed class KilledHub
{
    private const string NodeFile = "/etc/holdfast/holdfast.yaml", BareFile = "/etc/wireguard/wg0.wg";

    // Everything that may be there once the tunnel is gone: what a tunnel changes on a host, and the files beside its
    // own.
    private const string Files = "find /etc/wireguard /etc/holdfast /var/lib/holdfast -type f ! -name holdfast.db-wal "
        + "! -name holdfast.db-shm | sort";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private readonly Lab _lab;
    private readonly WgFile _file;
    private HostProcess? _daemon;
    private string _bare = "";

    public KilledHub(Lab lab)
    {
        _lab = lab;
        Host = lab.Host("hub");
        Site = new TunnelEnd(lab.Host("site"), WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4))
            .WithPeer(p => p with { Preshared = KeyPair.Preshared }));
        _file = WgFile.Hub().WithPeer(p => p with { Preshared = KeyPair.Preshared });
    }

    public Host Host { get; }

    public TunnelEnd Site { get; }

    public string Path => _file.Path;

    /// <summary>Starts the site, and teaches the hub where it is.</summary>
    public async Task Prepare()
    {
        await Site.Host.Up(Site.File);
        await Host.Ip($"route add default via {_lab.Veth("isp").Near.V4}");
        WriteFiles(save: false, larger: false);
        await Start(Mode.Up);
        await Site.Host.Carries(WgFile.HubV4, StartDeadline);
        await Eventually.Until(() => Kept().Length > 0, StartDeadline, "the site's endpoint to be on disk");
        await Stop(Mode.Up);
        _bare = await State();
    }

    /// <summary>The files of `up`, of `daemon` and for `wg`.</summary>
    public void WriteFiles(bool save, bool larger)
    {
        Host.WriteFile(Path, (save ? _file.With("SaveConfig = true") : _file).ToString());
        Host.WriteFile(NodeFile, Yaml(larger));
        Host.WriteFile(BareFile, _file.ForWg());
    }

    /// <summary>The daemon's process.</summary>
    public HostProcess Daemon => _daemon!;

    /// <summary>Starts the program, unless it survived.</summary>
    public async Task Start(Mode mode)
    {
        // One that took its socket away is on its way out.
        var runs = false;
        await Eventually.Until(
            () => !(runs = Host.PidsOf("holdfast").Count > 0) || File.Exists(Host.PathOf("/run/holdfast/wg0.sock")),
            StartDeadline, "an engine that ends to be gone");
        if (!runs && mode == Mode.Up)
            await Host.Holdfast("up", Path);
        if (!runs && mode == Mode.Daemon)
            await BeginDaemon().WaitForLine("wg0 is up", StartDeadline);
        if (!runs && mode == Mode.Device)
            await Host.Holdfast("device", "wg0");
        if (mode == Mode.Device)
            await SetUpDevice();
    }

    public HostProcess BeginDaemon() => _daemon = Host.Start(HoldfastBinary.Path, "daemon", "--config", NodeFile);

    /// <summary>What `wg` and `ip` set on a bare device.</summary>
    private async Task SetUpDevice()
    {
        await Host.Run("wg", "setconf", "wg0", BareFile);
        await Host.Ip($"address replace {WgFile.HubV4}/24 dev wg0", "link set dev wg0 up");
    }

    /// <summary>Takes the tunnel down, and all that is the program's.</summary>
    public async Task Stop(Mode mode)
    {
        if (mode == Mode.Daemon)
        {
            await _daemon!.Stop();
            // It leaves its tunnels to the next one; `wg1` may never have been there.
            await Host.Holdfast("down", "wg0");
            await Host.TryHoldfast("down", "wg1");
            return;
        }
        await Host.Holdfast("down", "wg0");
        await Gone();
    }

    /// <summary>Waits until none of our programs runs, or none of some.</summary>
    public Task Gone(IReadOnlyList<int>? some = null) => Eventually.Until(
        () => !Host.PidsOf("holdfast").Any(pid => some is null || some.Contains(pid)), StartDeadline,
        "every program of ours to end");

    /// <summary>Ends an engine that lost its client on the way: it may have been about to end by itself, because nobody
    /// heard its report.</summary>
    public async Task EndOrphan()
    {
        if (Host.PidsOf("holdfast").Count > 0)
            await Host.TryHoldfast("down", "wg0");
        await Gone();
    }

    /// <summary>Demands that keys, peers, files and the endpoint are there, and that packets pass.</summary>
    /// <param name="mode">What runs.</param>
    /// <param name="endpoint">Where the site must be known to be; null if the hub must learn it.</param>
    public async Task IsWhole(Mode mode, string? endpoint)
    {
        var dump = (await Host.Run("wg", "show", "wg0", "dump")).Lines.Select(l => l.Split('\t')).ToList();
        Assert.Equal(KeyPair.Hub.Private, dump[0][0]);
        Assert.Equal(WgFile.Port.ToString(CultureInfo.InvariantCulture), dump[0][2]);
        var site = dump.Single(l => l[0] == KeyPair.Site.Public);
        Assert.Equal(KeyPair.Preshared, site[1]);
        Assert.StartsWith($"{WgFile.SiteV4}/32", site[3], StringComparison.Ordinal);
        Assert.Equal(0, (await Host.TryHoldfast("config", "check", Path)).ExitCode);
        var file = Host.ReadFile(Path);
        Assert.Contains(KeyPair.Hub.Private, file, StringComparison.Ordinal);
        Assert.Contains(KeyPair.Preshared, file, StringComparison.Ordinal);
        if (endpoint is null)
        {
            await Site.Host.Carries(WgFile.HubV4, StartDeadline);
            return;
        }
        if (mode != Mode.Device)
            Assert.Equal(endpoint, await Shown());
        await Host.Carries(WgFile.SiteV4, StartDeadline);
    }

    /// <summary>Demands that nothing is left.</summary>
    public async Task IsBare()
    {
        var last = "";
        try
        {
            await Eventually.Until(async () => (last = await State()) == _bare, TimeSpan.FromSeconds(3),
                "the host to be as it was");
        }
        catch (LabException)
        {
            // Shows where they differ.
            Assert.Equal(_bare, last);
        }
    }

    /// <summary>The site's endpoint as it is on disk: what a kill at this moment would leave.</summary>
    public string Kept() => KeptRows.Endpoint(Host, "wg0", KeyPair.Site.Public);

    /// <summary>Processes of ours but for some.</summary>
    public IEnumerable<int> Others(int than) => Host.PidsOf("holdfast").Where(pid => pid != than);

    private async Task<string> Shown()
    {
        using var status = JsonDocument.Parse((await Host.TryHoldfast("status", "wg0", "--json")).Output);
        return status.RootElement.GetProperty("peers").EnumerateArray()
            .Single(p => p.GetProperty("public_key").GetString() == KeyPair.Site.Public)
            .GetProperty("endpoint").GetString()!;
    }

    private async Task<string> State()
        => await HostState.Take(Host) + "\n" + (await Host.Run("sh", "-c", Files)).Output;

    private static string Yaml(bool larger) => $"""
        node: {"{"}name: hub{"}"}
        tunnels:
          - name: wg0
            private_key: "{KeyPair.Hub.Private}"
            addresses: [{WgFile.HubV4}/24, "{WgFile.HubV6}/64"]
            listen: ["udp://:{WgFile.Port}"]
            peers:
              - public_key: "{KeyPair.Site.Public}"
                preshared_key: "{KeyPair.Preshared}"
                allowed_ips: [{WgFile.SiteV4}/32, "{WgFile.SiteV6}/128"]

        """ + (!larger ? "" : $"""
              - {"{"}public_key: "{KeyPair.Third.Public}", allowed_ips: [0.0.0.0/0, "::/0", 10.44.0.0/16]{"}"}
          - name: wg1
            private_key: "{KeyPair.Third.Private}"
            addresses: [10.27.0.1/24]
            peers:
              - {"{"}public_key: "{KeyPair.Fourth.Public}", allowed_ips: [10.27.0.2/32, 10.28.0.0/16]{"}"}

        """);
}
