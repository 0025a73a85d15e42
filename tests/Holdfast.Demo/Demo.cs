using System.Diagnostics;
using Holdfast.Labs;

namespace Holdfast.Demos;

/// <summary>A hub, a site, a tunnel, a file on its way, and two engines that are killed under it.</summary>
internal sealed class Demo
{
    private const string Device = "hf0";
    private const string HubInside = "10.7.0.1";
    private const string SiteInside = "10.7.0.2";
    private const ushort Port = 51820;
    private const int Megabyte = 1_000_000;
    private const int FileBytes = 48 * Megabyte;
    private const long WireRate = 100 * Megabyte;

    private static readonly TimeSpan WireDelay = TimeSpan.FromMilliseconds(10);

    // Far more than it takes, far less than WireGuard's own timers (5 s, 15 s) would need to notice.
    private static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Story _story;
    private readonly Host _hub, _site;
    private readonly Wire _wire;

    private Demo(Lab lab, Wire wire, Story story)
        => (_hub, _site, _wire, _story) = (lab.Host("hub"), lab.Host("site"), wire, story);

    /// <summary>Runs it, and leaves nothing behind.</summary>
    /// <exception cref="LabException">Something did not go as it should; the message says what.</exception>
    public static async Task Run(Story story)
    {
        var binary = HoldfastBinary.Path;
        story.Say("Holdfast: a tunnel whose sessions outlive the programs that carry it.");
        story.Say($"Everything happens on this machine, in two hosts made of namespaces, with {binary}.");
        story.Say("");
        var watch = new WireWatch(Port);
        await using (var lab = await Lab.Draw(new LabOptions { Name = "demo" }, "site", "hub"))
        {
            var faults = new Faults { Delay = WireDelay, Rate = WireRate, Blocks = watch.See };
            var wire = await lab.AddWire(lab.Host("site"), lab.Host("hub"), WireOptions.With(faults, "isp"));
            await new Demo(lab, wire, story).Run(watch);
        }
        story.Say("");
        story.Say("All as it should be. The hosts are gone, and this machine is as it was.");
    }

    private async Task Run(WireWatch watch)
    {
        _story.Step($"Two hosts, hub ({_wire.Far.V4}) and site ({_wire.Near.V4}), joined by a wire:");
        _story.More($"{WireDelay.TotalMilliseconds:0} ms each way, {WireRate / Megabyte} Mbit/s.");
        await WriteFiles();
        await BringUp();
        await CarryFile();
        Judge(watch);
        await TakeDown();
    }

    private async Task WriteFiles()
    {
        var (hubKey, siteKey) = (await MakeKey(_hub), await MakeKey(_site));
        await WriteFile(_hub, hubKey, HubInside, SiteInside, siteKey, endpoint: null);
        await WriteFile(_site, siteKey, SiteInside, HubInside, hubKey, $"{_wire.Far.V4}:{Port}");
        _story.Step($"Each has a file as wg-quick reads it, /etc/wireguard/{Device}.conf. Inside, the hub is");
        _story.More($"{HubInside} and the site {SiteInside}; only the site knows where the other one is.");
    }

    private async Task BringUp()
    {
        var (hub, site) = (await Up(_hub), await Up(_site));
        await _site.Carries(HubInside, Patience);
        var ping = await Ping.Run(_site, HubInside, count: 5, TimeSpan.FromMilliseconds(20));
        _story.Step($"`holdfast up {Device}` on both: up after {hub.TotalSeconds:0.00} s and "
            + $"{site.TotalSeconds:0.00} s.");
        _story.More($"A ping through the tunnel takes {ping.Mean.TotalMilliseconds:0.0} ms.");
    }

    private async Task CarryFile()
    {
        await using var file = await FileTransfer.Begin(_site, _hub, HubInside, FileBytes);
        _story.Step($"A file of {FileBytes / Megabyte} MB sets out from the site to the hub, in one TCP connection.");
        await KillUnder(file, _hub, FileBytes / 4);
        await KillUnder(file, _site, FileBytes * 5 / 8);
        var (sent, received) = await file.Ends(Patience);
        Expect(received.Received == FileBytes && received.Sha256 == sent.Sha256,
            $"the file that arrived is another one: {received}, {sent}");
        _story.Step($"The whole file is there after {received.ElapsedMs / 1000:0.0} s: {received.Received:N0} bytes "
            + "in one connection,");
        _story.More($"the same SHA-256 at both ends ({received.Sha256[..16]}...).");
    }

    private async Task KillUnder(FileTransfer file, Host host, long when)
    {
        await file.HasArrived(when, Patience);
        var pids = Engines(host);
        Expect(pids.Count == 1, $"{host.Name} runs {pids.Count} engines");
        await host.Kill(pids[0], Signal.Kill);
        await Eventually.Until(() => Engines(host).Count == 0, Patience, $"the engine of {host.Name} to die");
        var before = file.Arrived;
        var look = RunOptions.Usual with { MayFail = true };
        var link = await host.Run(look, "ip", "-br", "link", "show", "dev", Device);
        Expect(link.ExitCode == 0, $"the interface went with the engine of {host.Name}: {link}");
        _story.Step($"{before / Megabyte} MB are through: kill -9 for the {host.Name}'s engine (process {pids[0]}). "
            + "The interface stays.");
        var up = await Up(host);
        await file.HasArrived(before + Megabyte, Patience);
        var silence = TimeSpan.FromMilliseconds(file.Silences.Where(s => s.After >= before - Megabyte)
            .Select(s => s.SilenceMs).DefaultIfEmpty().Max());
        Expect(silence < MostSilence, $"nothing arrived for {silence.TotalSeconds:0.00} s");
        _story.More($"`holdfast up {Device}` again took {up.TotalSeconds:0.00} s. The receiver got nothing for "
            + $"{silence.TotalSeconds:0.00} s; then the same connection went on.");
    }

    private void Judge(WireWatch watch)
    {
        // One at the start, and one after each restart at least.
        Expect(watch is { Initiations: >= 3, Responses: >= 3 },
            $"{watch.Initiations} handshakes were begun and {watch.Responses} answered, not 3 and more");
        Expect(watch.InClear == 0, $"{watch.InClear} packets travelled in clear");
        _story.Step($"What the wire saw: {watch.Tunnel:N0} datagrams of the tunnel, {watch.Initiations} handshakes "
            + $"begun and {watch.Responses} answered,");
        _story.More("not one packet in clear, not even while an engine was dead.");
    }

    private async Task TakeDown()
    {
        foreach (var host in new[] { _hub, _site })
        {
            await Holdfast(host, "down", Device);
            var left = await host.Run("ip", "-br", "link");
            Expect(!left.Output.Contains(Device, StringComparison.Ordinal), $"{host.Name} still has {Device}: {left}");
            var routes = await host.Run("ip", "route", "show", "table", "all");
            Expect(!routes.Output.Contains("10.7.0.", StringComparison.Ordinal),
                $"{host.Name} still has routes: {routes}");
            Expect(Engines(host).Count == 0, $"{host.Name} still runs an engine");
        }
        _story.Step($"`holdfast down {Device}` on both: interface, addresses and routes are gone, nothing runs.");
    }

    private static async Task<TimeSpan> Up(Host host)
    {
        var watch = Stopwatch.StartNew();
        await Holdfast(host, "up", Device);
        return watch.Elapsed;
    }

    private static async Task<(string Private, string Public)> MakeKey(Host host)
    {
        var secret = (await Holdfast(host, "key", "generate")).Output;
        var input = RunOptions.Usual with { Input = $"{secret}\n" };
        return (secret, (await host.Run(input, HoldfastBinary.Path, "key", "public")).Output);
    }

    private static async Task WriteFile(Host host, (string Private, string Public) own, string inside,
        string peerInside, (string Private, string Public) peer, string? endpoint)
    {
        host.WriteFile($"/etc/wireguard/{Device}.conf", $"""
            [Interface]
            PrivateKey = {own.Private}
            ListenPort = {Port}
            Address = {inside}/32

            [Peer]
            PublicKey = {peer.Public}
            AllowedIPs = {peerInside}/32
            {(endpoint is null ? "" : $"Endpoint = {endpoint}")}

            """);
        await Holdfast(host, "config", "check", $"/etc/wireguard/{Device}.conf");
    }

    private static Task<RunResult> Holdfast(Host host, params string[] arguments)
        => host.Run(HoldfastBinary.Path, arguments);

    // The kernel keeps 15 characters of a program's name.
    private static IReadOnlyList<int> Engines(Host host)
        => host.PidsOf(string.Concat(Path.GetFileName(HoldfastBinary.Path).Take(15)));

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition)
            throw new LabException(otherwise);
    }
}
