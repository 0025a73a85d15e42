using Holdfast.Engine;
using Holdfast.Engine.Logging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Health;

/// <summary>What is logged is also kept, with its values under the names that programs read.</summary>
public sealed class EventRecorderTests
{
    [Fact]
    public void An_event_is_logged_and_kept_with_what_changed_and_why()
    {
        using var lines = new StringWriter();
        var recorder = new EventRecorder(new LineLog(lines, LogLevel.Information));
        var log = new TunnelLog(recorder, "hf0");
        Log.PathChanged(log, "hub", "isp1", "192.0.2.1:51820", "down", "the uplink is lost", "key", "up");
        var one = Assert.Single(recorder.Events.Read("hf0", 0, out _).Events);
        Assert.Equal(("path", "path-changed", "info"), (one.Part, one.Event, one.Level));
        Assert.Equal(("hf0", "hub", "key", "isp1", "192.0.2.1:51820"), (one.Tunnel, one.Peer, one.PublicKey, one.Uplink, one.Endpoint));
        Assert.Equal(("up", "down", "the uplink is lost"), (one.From, one.To, one.Cause));
        Assert.Equal("hub: the path by isp1 to 192.0.2.1:51820 is down: the uplink is lost", one.Text);
        Assert.EndsWith($" {one.Text}\n", lines.ToString(), StringComparison.Ordinal);
        Assert.InRange(DateTimeOffset.UtcNow - one.Time, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Every_number_has_its_part()
    {
        var recorder = new EventRecorder(new LineLog(TextWriter.Null, LogLevel.Error));
        Log.UplinkOut(recorder, "isp1", "no carrier", "up", "no carrier");
        Log.SessionEstablished(recorder, "hub", "192.0.2.1:1", "key", "none", "up");
        Log.EndpointChanged(recorder, "hub", "192.0.2.1:1", "key", null, "192.0.2.1:1");
        Log.NameNotResolved(recorder, "hub.example.org", "no answer");
        Log.ReloadRefused(recorder, "line 1: no");
        Log.TunnelUp(recorder, "hf0", 51820, 1);
        Log.FirewallMissing(recorder);
        Log.StateUnavailable(recorder, "read-only");
        Log.PeerEventsTooMany(recorder, "hub", 60, "hf0", "key");
        var kept = recorder.Events.Read("hf0", 0, out _).Events;
        Assert.Equal(["uplink", "session", "endpoint", "endpoint", "configuration", "tunnel", "network", "state", "log"],
            kept.Select(e => e.Part));
        Assert.Equal((null, "no answer", "warning"), (kept[3].Tunnel, kept[3].Cause, kept[3].Level));
        Assert.Equal("error", kept[4].Level);
    }

    [Fact]
    public void Steps_are_not_events_and_a_long_text_is_cut()
    {
        var recorder = new EventRecorder(new LineLog(TextWriter.Null, LogLevel.Debug));
        Log.NetworkStep(recorder, "add", "a route");
        Assert.Empty(recorder.Events.Read("hf0", 0, out _).Events);
        Log.ConfigWarning(recorder, "two\nlines" + new string('x', 5000));
        var one = Assert.Single(recorder.Events.Read("hf0", 0, out _).Events);
        Assert.Equal(EngineLimits.EventText, one.Text.Length);
        Assert.StartsWith("two lines", one.Text, StringComparison.Ordinal);
    }
}
