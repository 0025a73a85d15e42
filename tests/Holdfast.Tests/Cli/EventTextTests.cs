using Holdfast.CommandLine;
using Holdfast.Control;
using Holdfast.Rendering;

namespace Holdfast.Tests.Cli;

public sealed class EventTextTests
{
    private static readonly EngineEvent Failed = new()
    {
        Time = new DateTimeOffset(2026, 11, 21, 12, 0, 0, 250, TimeSpan.Zero),
        Level = "info",
        Part = "path",
        Event = "path-changed",
        Tunnel = "hf0",
        Peer = "hub",
        PublicKey = "key",
        To = "down",
        Text = "hub: the path by isp1 is down",
    };

    [Fact]
    public void Each_is_a_line_and_trouble_a_word()
    {
        Assert.Equal("2026-11-21T12:00:00.250Z  hf0     path      hub: the path by isp1 is down", EventText.Of(Failed, RenderStyle.Plain));
        Assert.Equal("2026-11-21T12:00:00.250Z  -       state     warning: a?b",
            EventText.Of(Failed with { Tunnel = null, Part = "state", Level = "warning", Text = "a\eb" }, RenderStyle.Plain));
        Assert.Equal($"\e[31m{EventText.Of(Failed, RenderStyle.Plain)}\e[0m", EventText.Of(Failed, new RenderStyle(true, null)));
    }

    [Theory]
    [InlineData(null, 0, true), InlineData("hub", 0, true), InlineData("key", 0, true), InlineData("site", 0, false)]
    [InlineData(null, 1, false)]
    public void What_is_shown_is_of_the_peer_and_not_too_old(string? peer, int later, bool isShown) =>
        Assert.Equal(isShown, new EventView(Failed.Time.AddSeconds(later), peer, false, RenderStyle.Plain).Shows(Failed));

    [Theory]
    [InlineData("90s", 90), InlineData("10m", 600), InlineData("1h30m", 5400), InlineData("2d", 172_800), InlineData("0s", 0)]
    [InlineData("", null), InlineData("1", null), InlineData("s", null), InlineData("1w", null), InlineData("-1s", null)]
    [InlineData("1h ", null), InlineData("99999999999d", null), InlineData("2000000000d", null), InlineData("9000d9000d", null)]
    public void A_span_is_read(string text, int? seconds) => Assert.Equal(seconds, Span.Parse(text)?.TotalSeconds);

    [Fact]
    public async Task Without_an_engine_it_is_said() =>
        Assert.Equal(3, (await Run.Of("log", "no-such-tunnel")).Code);
}
