using System.Diagnostics;
using System.Globalization;
using Holdfast.Labs;

namespace Holdfast.Demos;

/// <summary>
/// A file and a call on their way from a site to its hub, while the site's wires are pulled and cut, and the hub's engine is killed.
/// </summary>
internal sealed class Demo
{
    private const int Megabyte = 1_000_000;
    private const int FileRate = Megabyte; // bytes a second: any of the uplinks carries it with ease, and the call

    // Far more than it takes, far less than WireGuard's own timers (5 s, 15 s) would need to notice.
    private static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Story _story;
    private readonly Stage _stage;
    private FileTransfer _file = null!;
    private Call _call = null!;
    private long _lost; // datagrams of the call, while no hub ran

    private Demo(Stage stage, Story story) => (_stage, _story) = (stage, story);

    /// <summary>Runs it, and leaves nothing behind.</summary>
    /// <exception cref="LabException">Something did not go as it should; the message says what.</exception>
    public static async Task Run(Story story)
    {
        var binary = HoldfastBinary.Path;
        story.Say("Holdfast: every uplink at once, and sessions that outlive wires and programs.");
        story.Say($"Everything happens on this machine, in two hosts made of namespaces, with {binary}.");
        story.Say("");
        var watch = new WireWatch(Stage.Port);
        await using (var lab = await Lab.Draw(new LabOptions { Name = "demo" }, "site", "hub"))
        {
            lab.Failed = true; // until it has gone well: what it leaves tells why
            await new Demo(await Stage.Lay(lab, watch), story).Run(watch);
            lab.Failed = false;
        }
        story.Say("");
        story.Say("All as it should be. The hosts are gone, and this machine is as it was.");
    }

    private async Task Run(WireWatch watch)
    {
        _story.Step($"A hub at {Stage.HubAddress}, and a site that reaches it by two uplinks, each behind a NAT of its own:");
        _story.More(string.Join("; ", Stage.Uplinks.Select(u => $"{u.Name}, {u.Delay} ms each way, {u.Rate} Mbit/s")) + ".");
        await _stage.WriteFiles();
        _story.More($"Inside the tunnel the hub is {Stage.HubInside} and the site {Stage.SiteInside}; the file says `paths: bond`.");
        await BringUp();
        await using (var view = new PathView(_stage.Site, Stage.Device, _story))
            await Carry(view);
        Judge(watch);
        await TakeDown();
    }

    private async Task BringUp()
    {
        var (hub, site) = (await Stage.Up(_stage.Hub), await Stage.Up(_stage.Site));
        await _stage.Site.Carries(Stage.HubInside, Patience);
        await Works(Stage.Uplinks.Count);
        _story.Step($"`holdfast up` on both: up after {Text(hub)} and {Text(site)}. Both uplinks are paths to the hub.");
    }

    private async Task Carry(PathView view)
    {
        await using (_call = await Call.Begin(_stage.Site, _stage.Hub, Stage.HubInside))
        await using (_file = await FileTransfer.Begin(_stage.Site, _stage.Hub, Stage.HubInside, int.MaxValue, FileRate))
        {
            await _file.HasArrived(Megabyte, Patience);
            _story.Step($"From the site to the hub: a file in one TCP connection, {FileRate * 8 / Megabyte} Mbit/s, and a call, "
                + $"{Call.Rate} packets a second.");
            await view.Tell();
            var (one, two) = (_stage.Lab.Wire(Stage.Uplinks[0].Name), _stage.Lab.Wire(Stage.Uplinks[1].Name));
            await Lose(view, one, "The wire of isp1 is pulled", () => one.Unplug());
            await GetBack(one, "It is plugged again", () => one.Plug());
            await Lose(view, two, "isp2 is cut silently: wire and carrier stay, nothing passes", two.Cut);
            await GetBack(two, "The cut ends", two.Restore);
            await KillHub();
            await End();
        }
    }

    private async Task Lose(PathView view, Wire wire, string what, Action fault)
    {
        var heard = _call.Reports.Count;
        var before = _file.Arrived;
        fault();
        await Eventually.Gives(_stage.Working, paths => !paths.Contains(wire.Name), Patience, $"{wire.Name} to be left");
        await _file.HasArrived(before + Megabyte, Patience);
        var gap = await _call.GoesOn(heard, lost: 0, Patience);
        _story.Step($"{what}.");
        _story.More($"Longest gap in the call {Text(gap)}, no packet lost; the file goes on.");
        await view.Tell();
        Expect(gap < 1000, $"the call heard nothing for {Text(gap)}");
    }

    private async Task GetBack(Wire wire, string what, Action mend)
    {
        var watch = Stopwatch.StartNew();
        mend();
        await Works(Stage.Uplinks.Count);
        _story.Step($"{what}: {wire.Name} carries again after {Text(watch.Elapsed)}.");
    }

    private async Task KillHub()
    {
        var (heard, before, hub) = (_call.Reports.Count, _file.Arrived, _stage.Hub);
        var pids = Stage.Engines(hub);
        Expect(pids.Count == 1, $"the hub runs {pids.Count} engines");
        var watch = Stopwatch.StartNew();
        await hub.Kill(pids[0], Signal.Kill);
        await Eventually.Until(() => Stage.Engines(hub).Count == 0, Patience, "the hub's engine to die");
        var look = RunOptions.Usual with { MayFail = true };
        var link = await hub.Run(look, "ip", "-br", "link", "show", "dev", Stage.Device);
        Expect(link.ExitCode == 0, $"the interface went with the engine: {link}");
        _story.Step($"kill -9 for the hub's engine (process {pids[0]}). Its interface, addresses and routes stay.");
        var up = await Stage.Up(hub);
        await _file.HasArrived(before + Megabyte, Patience);
        // What was sent to nobody is lost, but nothing else.
        var dead = watch.Elapsed;
        var gap = await _call.GoesOn(heard, (long)(dead.TotalSeconds * Call.Rate), Patience);
        _lost = _call.Reports[^1].Missing;
        var silence = _file.Silences.Where(s => s.After >= before - Megabyte).Select(s => s.SilenceMs).DefaultIfEmpty().Max();
        _story.More($"`holdfast up` again took {Text(up)}. Nothing arrived for {Text(Math.Max(gap, silence))}; then both went on,");
        _story.More($"{_lost} packets of the call lost.");
        // From the start of the new engine on: how long that takes is the machine's affair.
        Expect(Math.Max(gap, silence) < (up + MostSilence).TotalMilliseconds, $"nothing arrived for {Text(gap)}, {Text(silence)}; the start took {Text(up)}");
        await Works(Stage.Uplinks.Count);
    }

    private async Task End()
    {
        await _file.CutShort();
        var (sent, received) = await _file.Ends(Patience);
        Expect(received.Received == sent.Sent && received.Sha256 == sent.Sha256,
            $"the file that arrived is another one: {received}, {sent}");
        var call = await _call.HangUp(Patience);
        Expect(call.Lost == _lost && call.Duplicated == 0, $"the call lost {call.Lost}, not {_lost}: {call}");
        _story.Step($"The whole file is there after {received.ElapsedMs / 1000:0.0} s: {received.Received:N0} bytes in one connection, "
            + "0 connections broken,");
        _story.More($"the same SHA-256 at both ends ({received.Sha256[..16]}...).");
        _story.More($"The call: {call.Received:N0} of {call.Total:N0} packets, {call.Lost} lost, all of them while no hub ran; "
            + $"longest gap {Text(call.LongestGapMs)}.");
    }

    private void Judge(WireWatch watch)
    {
        // One at the start, and one after the restart at least.
        Expect(watch is { Initiations: >= 2, Responses: >= 2 },
            $"{watch.Initiations} handshakes were begun and {watch.Responses} answered, not 2 and more");
        Expect(watch.InClear == 0, $"{watch.InClear} packets travelled in clear");
        _story.Step($"What the wires saw: {watch.Tunnel:N0} datagrams of the tunnel, not one packet in clear, not even while no hub ran.");
    }

    private async Task TakeDown()
    {
        foreach (var host in new[] { _stage.Hub, _stage.Site })
        {
            await Stage.Holdfast(host, "down", Stage.Device);
            var left = await host.Run("ip", "-br", "link");
            Expect(!left.Output.Contains(Stage.Device, StringComparison.Ordinal), $"{host.Name} still has {Stage.Device}: {left}");
            var routes = await host.Run("ip", "route", "show", "table", "all");
            Expect(!routes.Output.Contains("10.7.0.", StringComparison.Ordinal), $"{host.Name} still has routes: {routes}");
            // One that has said its last word may take a moment to end.
            await Eventually.Until(() => Stage.Engines(host).Count == 0, Patience, $"the engine of {host.Name} to end");
        }
        _story.Step($"`holdfast down {Stage.Device}` on both: interface, addresses and routes are gone, nothing runs.");
    }

    private Task Works(int count)
        => Eventually.Gives(_stage.Working, paths => paths.Count == count, Patience, $"{count} paths to work");

    private static string Text(TimeSpan time) => Text(time.TotalMilliseconds);

    private static string Text(double milliseconds) => milliseconds < 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.00} s");

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition)
            throw new LabException(otherwise);
    }
}
