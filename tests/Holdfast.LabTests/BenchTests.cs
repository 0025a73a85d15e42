using System.Text.Json;
using Holdfast.Comparing;
using Holdfast.Comparing.Peers;

namespace Holdfast.LabTests;

/// <summary>`make bench` does not rot: everybody is measured once, briefly. The figures are not judged.</summary>
public sealed class BenchTests
{
    /// <summary>Whom a run measures: of Holdfast with the other cipher only the configuration differs.</summary>
    private static readonly string[] Measured = ["bare", "holdfast", "wireguard-go", "openvpn"];

    [Fact]
    public async Task Everybody_is_measured()
    {
        var file = Path.GetTempFileName();
        try
        {
            var (compare, output, errors) = await Programs.Run(TimeSpan.FromMinutes(5), "Holdfast.Compare.dll",
                "--quick", "--only", string.Join(',', Measured), "--json", file);
            Assert.True(compare.ExitCode == 0, $"{output}\n{errors}");
            foreach (var metric in Metric.All)
                Assert.Contains(metric.Name, output);
            using var figures = JsonDocument.Parse(await File.ReadAllTextAsync(file,
                TestContext.Current.CancellationToken));
            var contenders = figures.RootElement.GetProperty("contenders");
            foreach (var contender in Measured.Select(Contender.Named))
            {
                var round = contenders.GetProperty(contender.Name).GetProperty("rounds").EnumerateArray().Single();
                Assert.True(round.GetProperty(Metric.OneStream.Key).GetDouble() > 1);
                Assert.True(round.GetProperty(Metric.PingMean.Key).GetDouble() > 0);
                Assert.Equal(contender.IsTunnel, round.TryGetProperty(Metric.Cpu.Key, out _));
            }
            Assert.Empty(LabJanitor.ProcessesOf(compare.Id));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_hub_with_many_peers_is_measured()
    {
        var (compare, output, errors) = await Programs.Run(TimeSpan.FromMinutes(3), "Holdfast.Compare.dll", "peers",
            "--quick");
        Assert.True(compare.ExitCode == 0, $"{output}\n{errors}");
        foreach (var metric in PeersMetric.All)
            Assert.Contains(metric.Name, output);
        Assert.Empty(LabJanitor.ProcessesOf(compare.Id));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3_999, 3_999)]
    [InlineData(4_000, 4_000)]
    [InlineData(50_000, 50_000)]
    [InlineData(9_999_999, 64_000)]
    public async Task The_highest_rate_that_is_carried_is_found(int truth, int expected)
    {
        var tries = 0;
        var found = await RateSearch.Run(rate => Task.FromResult(++tries > 0 && rate <= truth ? rate : 0), 64_000, 8);
        Assert.InRange(found, expected * .98, expected);
        Assert.InRange(tries, 1, 2 * (6 + 8));
    }

    [Fact]
    public async Task A_rate_gets_a_second_chance()
    {
        var asked = new HashSet<int>();
        Assert.Equal(64_000, await RateSearch.Run(rate => Task.FromResult(asked.Add(rate) ? 0 : rate), 64_000, 0));
    }

    [Fact]
    public void The_median_is_in_the_middle()
    {
        Assert.Equal(2, Comparison.Median([1, 2, 9]));
        Assert.Equal(1.5, Comparison.Median([0, 1, 2, 9]));
        Assert.Equal(7, Comparison.Median([7]));
        Assert.Equal(double.PositiveInfinity, Comparison.Median([1, double.PositiveInfinity]));
    }

    [Fact]
    public void The_answers_of_ping_are_read()
    {
        const string Output = """
            PING 10.7.0.1 (10.7.0.1) 56(84) bytes of data.
            64 bytes from 10.7.0.1: icmp_seq=1 ttl=64 time=0.250 ms
            64 bytes from 10.7.0.1: icmp_seq=2 ttl=64 time=0.125 ms
            """;
        Assert.Equal([125, 250], RoundTrips.Parse(Output));
        string[] stamped =
        [
            "PING 10.7.0.1 (10.7.0.1) 56(84) bytes of data.",
            "[1700000000.000000] 64 bytes from 10.7.0.1: icmp_seq=1 ttl=64 time=0.250 ms",
            "ping: sendmsg: Network is unreachable",
            "[1700000002.500000] 64 bytes from 10.7.0.1: icmp_seq=9 ttl=64 time=0.250 ms",
        ];
        var killed = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        Assert.Equal(2.5, Restarts.AnswerAfter(killed, stamped));
        Assert.Null(Restarts.AnswerAfter(killed.AddMinutes(1), stamped));
    }

    [Fact]
    public void A_plan_is_read()
    {
        var plan = Plan.Parse(["--only", "bare,openvpn", "--rounds", "2", "--seconds", "3", "--json", "x"]);
        Assert.Equal((2, 3, "x"), (plan.Rounds, (int)plan.Time.TotalSeconds, plan.Json));
        Assert.Equal(["bare", "openvpn"], plan.Contenders.Select(c => c.Name));
        Assert.Contains("openssl", plan.Programs());
        Assert.Throws<FormatException>(() => Plan.Parse(["--only", "nobody"]));
        Assert.Throws<FormatException>(() => Plan.Parse(["--rounds", "0"]));
        Assert.Throws<FormatException>(() => Plan.Parse(["--rounds"]));
        Assert.Contains("usage:", Assert.Throws<FormatException>(() => Plan.Parse(["--round", "1"])).Message);
    }
}
