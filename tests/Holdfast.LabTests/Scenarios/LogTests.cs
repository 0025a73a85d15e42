using System.Text.Json;

namespace Holdfast.LabTests.Scenarios;

/// <summary>What `holdfast log` tells of a site with two wires: one is pulled and plugged back, its engine is killed and started.</summary>
public sealed class LogTests : LabTest
{
    private const string File = "/etc/holdfast/holdfast.yaml";
    private const string Two = "uplinks: [{interface: isp1}, {interface: isp2}]";

    private Lab _lab = null!;
    private Host _hub = null!, _site = null!;
    private HostProcess _daemon = null!;

    [Fact]
    public async Task A_pulled_wire_is_told_with_causes_and_its_return()
    {
        await Start();
        await using var follow = _site.Start(HoldfastBinary.Path, "log", "--follow", "--json");
        await follow.WaitForLine(line => Is(line, "tunnel-up"), Seconds(5), "the tunnel's start");
        var (wire, other) = (await Carrying()) is var carries && carries == "isp1" ? ("isp1", "isp2") : ("isp2", "isp1");

        _lab.Wire(wire).Unplug(WireSide.Near);
        await follow.WaitForLine(line => Is(line, "uplink-out", wire, from: "up", to: "no carrier", cause: "no carrier"),
            Seconds(5), "the uplink's loss, as it happens");
        await Shows("path-changed", wire, from: "up", to: "down", cause: "the uplink is lost");
        var moved = await Shows("path-carries", other, cause: "the uplink is lost");
        Assert.StartsWith($"{wire} to ", Text(moved, "from"), StringComparison.Ordinal);
        Assert.StartsWith($"{other} to ", Text(moved, "to"), StringComparison.Ordinal);
        Assert.Equal(("hf0", "hub", KeyPair.Hub.Public, "path", "info"), (Text(moved, "tunnel"), Text(moved, "peer"),
            Text(moved, "public_key"), Text(moved, "part"), Text(moved, "level")));

        _lab.Wire(wire).Plug(WireSide.Near);
        await Shows("uplink-up", wire, from: "no carrier", to: "up");
        await Shows("path-changed", wire, from: "down", to: "up");
        await follow.WaitForLine(line => Is(line, "uplink-up", wire, from: "no carrier"), Seconds(5), "the uplink's return");

        // The order is that of the numbers, and of the clock.
        var all = await Log();
        Assert.Equal(all.Select(e => e.GetProperty("sequence").GetInt64()).Order(), all.Select(e => e.GetProperty("sequence").GetInt64()));
        Assert.Equal(all.Select(e => e.GetProperty("monotonic_ms").GetDouble()).Order(), all.Select(e => e.GetProperty("monotonic_ms").GetDouble()));
        Say((await _site.Holdfast("log")).Output);

        Assert.Contains($"Uplink {wire} is out (no carrier)", (await _site.Holdfast("log", "hf0", "--since", "1h")).Output);
        Assert.DoesNotContain("Uplink", (await _site.Holdfast("log", "--peer", "hub")).Output);
        Assert.Contains($"the path by {other}", (await _site.Holdfast("log", "--peer", KeyPair.Hub.Public)).Output);
        Assert.Empty((await _site.Holdfast("log", "--since", "0s")).Output);
        await Interrupt(follow);
    }

    [Fact]
    public async Task An_uplink_that_flaps_is_told_as_such_and_does_not_carry_each_time()
    {
        await Start();
        var wire = _lab.Wire("isp1");
        for (var flap = 0; flap < 3; flap++)
        {
            wire.Unplug(WireSide.Near);
            await Eventually.Until(async () => await Reason("isp1") == "no carrier", Seconds(5), "the loss");
            wire.Plug(WireSide.Near);
            await Eventually.Until(async () => await Reason("isp1") is null or "flapping", Seconds(5), "the return");
        }
        var held = await Shows("uplink-held", "isp1", from: "no carrier", to: "flapping");
        Say(Text(held, "text"));
        Assert.Equal("flapping", await Reason("isp1"));
        await _site.Carries(WgFile.HubV4, Seconds(5));
        await Shows("uplink-up", "isp1", from: "flapping", to: "up");
    }

    [Fact]
    public async Task Following_goes_on_with_the_next_engine_and_without_one_it_is_said()
    {
        await Start();
        await using var follow = _site.Start(HoldfastBinary.Path, "log", "hf0", "--follow");
        await follow.WaitForLine("hf0 is up", Seconds(5));
        await _daemon.Kill();
        await follow.WaitForLine("waiting for it", Seconds(5));
        var refused = await _site.TryHoldfast("log");
        Assert.Equal((3, ""), (refused.ExitCode, refused.Output));
        await _site.Start(HoldfastBinary.Path, "daemon", "--config", File).WaitForLine("hf0 is up", Seconds(10));
        await follow.WaitForLine("another engine runs hf0", Seconds(5));
        await Eventually.Until(() => follow.Output.Lines.Count(line => line.Contains("hf0 is up", StringComparison.Ordinal)) == 2,
            Seconds(5), "the new engine's events", follow.Describe);

        // What a reload says is told too, and what is wrong with a file.
        _site.WriteFile(File, "tunnels: [");
        var daemon = (await _site.Run("pgrep", "-f", "holdfast daemon")).Output.Split('\n')[0];
        await _site.Run("kill", "-HUP", daemon);
        await follow.WaitForLine("the last good configuration stays in force", Seconds(5));
        // The end is told before the socket goes, and whoever waits for more does not hold it up.
        Assert.InRange((await _site.Holdfast("down", "hf0")).Elapsed, TimeSpan.Zero, Seconds(10));
        await follow.WaitForLine("hf0 ended: asked to go down", Seconds(5));
        await Interrupt(follow);
        Assert.Equal(3, (await _site.TryHoldfast("log", "hf9", "--follow")).ExitCode);
    }

    private static async Task Interrupt(HostProcess follow)
    {
        await follow.Kill(Signal.Int);
        Assert.Equal(0, (await follow.Ends(Seconds(5))).ExitCode);
    }

    private async Task Start()
    {
        _lab = await Draw("site =isp1= hub", "site =isp2= hub");
        (_hub, _site) = (_lab.Host("hub"), _lab.Host("site"));
        var endpoints = string.Join(", ", new[] { "isp1", "isp2" }.Select(w => $"\"{WgFile.At(_lab.Wire(w).Far.V4)}\""));
        _hub.WriteFile(File, Yaml(KeyPair.Hub, WgFile.HubV4, KeyPair.Site, WgFile.SiteV4, "name: site"));
        _site.WriteFile(File, Yaml(KeyPair.Site, WgFile.SiteV4, KeyPair.Hub, WgFile.HubV4, $"name: hub, endpoints: [{endpoints}]"));
        await _hub.Start(HoldfastBinary.Path, "daemon", "--config", File).WaitForLine("hf0 is up", Seconds(10));
        _daemon = _site.Start(HoldfastBinary.Path, "daemon", "--config", File);
        await _daemon.WaitForLine("hf0 is up", Seconds(10));
        await _site.Carries(WgFile.HubV4, Seconds(5));
        foreach (var wire in new[] { "isp1", "isp2" }) await Shows("path-changed", wire, from: "unproved", to: "up");
    }

    private static string Yaml(KeyPair own, string address, KeyPair peer, string allowed, string more) => $"""
        {Two}
        tunnels:
        - name: hf0
          private_key: "{own.Private}"
          addresses: [{address}/24]
          listen: ["udp://:{WgFile.Port}"]
          peers:
          - {"{"}public_key: "{peer.Public}", allowed_ips: [{allowed}/32], {more}{"}"}
        """;

    /// <summary>Waits until the site's log has such an event.</summary>
    private async Task<JsonElement> Shows(
        string name, string uplink, string? from = null, string? to = null, string? cause = null)
    {
        var all = await Eventually.Gives(Log, log => log.Any(e => Is(e, name, uplink, from, to, cause)), Seconds(10),
            $"{name} of {uplink} from {from} to {to} because {cause}");
        return all.Last(e => Is(e, name, uplink, from, to, cause));
    }

    private async Task<Events> Log() => new((await _site.Holdfast("log", "--json")).Lines.Select(Parse));

    private async Task<string> Carrying() => Text((await Json("path", "list", "hf0")).Single(p => p.GetProperty("path")
        .GetProperty("carries").GetBoolean()).GetProperty("path"), "uplink");

    private async Task<string?> Reason(string uplink) => (await Json("uplink", "list"))
        .Single(u => Text(u, "interface") == uplink).GetProperty("reason").GetString();

    private async Task<JsonElement[]> Json(params string[] words) =>
        [.. JsonDocument.Parse((await _site.TryHoldfast([.. words, "--json"])).Output).RootElement.EnumerateArray()];

    private static bool Is(string line, string name, string? uplink = null, string? from = null, string? to = null, string? cause = null) =>
        line.StartsWith('{') && Is(Parse(line), name, uplink, from, to, cause);

    private static bool Is(JsonElement one, string name, string? uplink, string? from, string? to, string? cause) =>
        Text(one, "event") == name && (uplink is null || Text(one, "uplink") == uplink) && (from is null || Text(one, "from") == from)
        && (to is null || Text(one, "to") == to) && (cause is null || Text(one, "cause") == cause);

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    /// <summary>Events that a failure shows line by line.</summary>
    private sealed class Events(IEnumerable<JsonElement> all) : List<JsonElement>(all)
    {
        public override string ToString() => string.Join('\n', this.Select(e => e.GetRawText()));
    }
}
