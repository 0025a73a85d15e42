using System.Diagnostics;
using System.Text.Json;
using Holdfast.Labs;

namespace Holdfast.Demos;

/// <summary>A site with two uplinks, each behind a NAT of its own, a hub that both lead to, and a tunnel between them.</summary>
internal sealed class Stage
{
    public const string Device = "hf0";
    public const string HubInside = "10.7.0.1", SiteInside = "10.7.0.2";

    /// <summary>Where the hub is, by whichever uplink.</summary>
    public const string HubAddress = "203.0.113.200";

    public const ushort Port = 51820;

    /// <summary>The uplinks: name, milliseconds each way, Mbit/s.</summary>
    public static readonly IReadOnlyList<(string Name, int Delay, int Rate)> Uplinks = [("isp1", 10, 60), ("isp2", 20, 40)];

    private const string File = $"/etc/holdfast/{Device}.yaml";

    private Stage(Lab lab) => (Lab, Hub, Site) = (lab, lab.Host("hub"), lab.Host("site"));

    public Lab Lab { get; }

    public Host Hub { get; }

    public Host Site { get; }

    /// <summary>Lays the wires.</summary>
    /// <param name="lab">A lab with both hosts.</param>
    /// <param name="watch">Sees every packet.</param>
    public static async Task<Stage> Lay(Lab lab, WireWatch watch)
    {
        var stage = new Stage(lab);
        await stage.Hub.Ip($"address add {HubAddress}/32 dev lo");
        foreach (var (name, delay, rate) in Uplinks)
        {
            var faults = new Faults { Delay = TimeSpan.FromMilliseconds(delay), Rate = rate * 1_000_000L, Blocks = watch.See };
            await lab.AddWire(stage.Site, stage.Hub, WireOptions.With(faults, name) with { Nat = new NatOptions() });
            await stage.Site.Ip($"route add default dev {name} metric {delay}");
        }
        return stage;
    }

    /// <summary>Writes both ends' files, with fresh keys.</summary>
    public async Task WriteFiles()
    {
        var (hub, site) = (await MakeKey(Hub), await MakeKey(Site));
        await WriteFile(Hub, "", hub.Private, HubInside, $"name: site, public_key: \"{site.Public}\", allowed_ips: [{SiteInside}/32]");
        // By itself it would take no tunnel device for an uplink, which the lab's wires are.
        var uplinks = $"uplinks: [{string.Join(", ", Uplinks.Select(u => $"{{interface: {u.Name}}}"))}]";
        await WriteFile(Site, uplinks, site.Private, SiteInside, $"name: hub, public_key: \"{hub.Public}\", allowed_ips: [{HubInside}/32], "
            + $"endpoints: [\"{HubAddress}:{Port}\"]");
    }

    /// <summary>`holdfast up`.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> Up(Host host)
    {
        var watch = Stopwatch.StartNew();
        await Holdfast(host, "up", File);
        return watch.Elapsed;
    }

    /// <summary>The uplinks by which the site has a path that is up.</summary>
    public async Task<IReadOnlyList<string?>> Working()
    {
        var result = await Site.Run(RunOptions.Usual with { MayFail = true }, HoldfastBinary.Path, "path", "list", Device, "--json");
        using var list = JsonDocument.Parse(result.Output);
        return [.. list.RootElement.EnumerateArray().Select(p => p.GetProperty("path"))
            .Where(p => p.GetProperty("state").GetString() == "up").Select(p => p.GetProperty("uplink").GetString())];
    }

    /// <summary>Runs `holdfast`.</summary>
    /// <exception cref="LabException">It failed.</exception>
    public static Task<RunResult> Holdfast(Host host, params string[] arguments) => host.Run(HoldfastBinary.Path, arguments);

    /// <summary>Processes of engines; the kernel keeps 15 characters of a program's name.</summary>
    public static IReadOnlyList<int> Engines(Host host)
        => host.PidsOf(string.Concat(Path.GetFileName(HoldfastBinary.Path).Take(15)));

    private static async Task<(string Private, string Public)> MakeKey(Host host)
    {
        var secret = (await Holdfast(host, "key", "generate")).Output;
        var input = RunOptions.Usual with { Input = $"{secret}\n" };
        return (secret, (await host.Run(input, HoldfastBinary.Path, "key", "public")).Output);
    }

    private static async Task WriteFile(Host host, string uplinks, string key, string inside, string peer)
    {
        host.WriteFile(File, $$"""
            {{uplinks}}
            tunnels:
            - name: {{Device}}
              private_key: "{{key}}"
              addresses: [{{inside}}/32]
              listen: ["udp://:{{Port}}"]
              peers:
              - {{{peer}}, paths: bond}
            """);
        await Holdfast(host, "config", "check", File);
    }
}
