using System.Globalization;

namespace Holdfast.LabTests.LabItself;

/// <summary>A line's rate and round trip are what its name says. Machines are shared: a rate that is too low is judged
/// generously, one that is too high is wrong at once.</summary>
public sealed class LineTests : LabTest
{
    // Of a segment of 1,500 bytes, TCP carries 1,448.
    private const double Payload = 1448.0 / 1500;

    [Fact]
    public Task A_wire_is_the_line_that_it_shall_be() => IsTheLine(300, 10);

    [Theory(Explicit = true), InlineData(20, 80), InlineData(50, 60), InlineData(100, 40), InlineData(200, 20)]
    public Task Any_wire_is_the_line_that_it_shall_be(int megabits, int roundTripMs) => IsTheLine(megabits, roundTripMs);

    [Fact]
    public async Task A_veth_pair_keeps_its_rate()
    {
        const int Megabits = 200;
        var lab = await Draw("site", "hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        var veth = await lab.AddVeth(site, hub, new VethOptions { Rate = Megabits * 1_000_000L });
        var idle = await Ping.Run(site, veth.Far.V4, 20, Milliseconds(20));
        var (stream, ping) = (Stream(site, hub, veth.Far.V4), Ping.Run(site, veth.Far.V4, 60, Milliseconds(20)));
        Tell(Megabits, idle, await stream, await ping);
        Assert.InRange((await stream).BitsPerSecond / 1e6, Megabits * .5, Megabits * Payload * 1.03);
    }

    private async Task IsTheLine(int megabits, int roundTripMs)
    {
        var lab = await Draw("site =isp= hub");
        var (site, hub, wire) = (lab.Host("site"), lab.Host("hub"), lab.Wire("isp"));
        wire.Change(_ => Faults.Line(megabits * 1_000_000L, Milliseconds(roundTripMs), Milliseconds(50)));
        var idle = await Ping.Run(site, wire.Far.V4, 20, Milliseconds(20));
        var (stream, ping) = (Stream(site, hub, wire.Far.V4), Ping.Run(site, wire.Far.V4, 60, Milliseconds(20)));
        Tell(megabits, idle, await stream, await ping);
        Assert.Equal(20, idle.Received);
        Assert.True(idle.Least >= Milliseconds(roundTripMs), $"{idle}");
        Assert.InRange((await stream).BitsPerSecond / 1e6, megabits * .5, megabits * Payload * 1.03);
    }

    private static Task<IperfResult> Stream(Host from, Host to, string address)
        => Iperf.Run(from, to, address, new IperfOptions { Time = Seconds(2), More = ["--congestion", "cubic"] });

    private static void Tell(int megabits, PingResult idle, IperfResult stream, PingResult loaded)
        => Say(string.Create(CultureInfo.InvariantCulture, $"{megabits} Mbit/s: {stream.BitsPerSecond / 1e6:F1} Mbit/s of TCP, "
            + $"{stream.Retransmits} sent again; ping {idle.Least.TotalMilliseconds:F1} to {idle.Most.TotalMilliseconds:F1} ms, "
            + $"in the stream {loaded.Mean.TotalMilliseconds:F1}, at most {loaded.Most.TotalMilliseconds:F1} ms"));
}
