using System.Globalization;

namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// One TCP stream over several links: what a bond makes of them, against each link alone in the same run. Figures are told; what is
/// judged leaves room for a machine that others use too.
/// </summary>
public sealed class BondTests : LabTest
{
    private const int Rate = 2000, Packets = 8000, Bytes = 200;

    /// <summary>The mode that is measured; another one shows what the measurement itself is worth.</summary>
    private static readonly string Mode = Environment.GetEnvironmentVariable("HOLDFAST_BOND_MODE") is { Length: > 0 } mode ? mode : "bond";

    [Fact]
    public async Task One_stream_gets_more_than_the_better_link()
    {
        var stage = await BondStage.Lay(await Draw("site", "hub"), new BondLink(60, 10), new BondLink(40, 30));
        var alone = await Alone(stage, Seconds(2));
        await stage.Start(Mode);
        var together = await stage.Stream(Seconds(3));
        Say(Invariant($"alone {Join(alone)}, together {together:F1} Mbit/s: {together / alone.Sum():P0} of the sum"));
        Assert.True(together > 1.3 * alone.Max(), Invariant($"{together:F1} of {Join(alone)} Mbit/s"));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_wire_that_goes_takes_no_packet_with_it(bool pulled)
    {
        var stage = await BondStage.Lay(await Draw("site", "hub"), new BondLink(100, 20), new BondLink(100, 20));
        await stage.Start(Mode);
        var stream = Agent.SendDatagrams(stage.Site, stage.Hub, WgFile.HubV4, Rate, Bytes, Packets);
        var before = await stage.ReceivedPackets();
        await Eventually.Gives(stage.ReceivedPackets, now => now > before + (Packets / 4), Seconds(30), "the stream to be under way");
        var wire = stage.Lab.Wire("isp1");
        if (pulled) wire.Unplug(WireSide.Near);
        else wire.Cut();
        var result = await stream;
        Say(Invariant($"{(pulled ? "pulled" : "cut")}: longest gap {result.LongestGapMs:F1} ms, {result.Lost} lost, ")
            + Invariant($"{result.Duplicated} twice, {result.Reordered} late"));
        Assert.Equal((0, 0), (result.Lost, result.Duplicated));
    }

    /// <summary>The whole table; a test of the machine as much as of the program, so that `make soak` alone judges it.</summary>
    [Theory(Explicit = true)]
    [InlineData("equal"), InlineData("skewed"), InlineData("bad-second"), InlineData("four")]
    [InlineData("cost-one-link"), InlineData("cost-two-links")]
    public async Task Table(string name)
    {
        var scenario = BondScenario.Named(name);
        var stage = await BondStage.Lay(await Draw("site", "hub"), scenario.Links);
        var table = new BondRow(scenario, Mode);
        for (var round = 0; round < Rounds; round++)
        {
            var alone = await Alone(stage, Time);
            await stage.Start(Mode);
            table.Add(alone, await stage.Stream(Time));
        }
        Judge(table);
    }

    /// <summary>The same links, each alone and by MPTCP, without a tunnel.</summary>
    [Theory(Explicit = true)]
    [InlineData("equal"), InlineData("skewed"), InlineData("bad-second"), InlineData("four")]
    public async Task Table_of_the_kernels_MPTCP(string name)
    {
        if (BondStage.LacksMptcp() is { } lack) Assert.Fail(lack);
        var scenario = BondScenario.Named(name);
        var stage = await BondStage.Lay(await Draw("site", "hub"), scenario.Links);
        await stage.PrepareMptcp();
        var table = new BondRow(scenario, "MPTCP");
        for (var round = 0; round < Rounds; round++)
        {
            var alone = new List<double>();
            foreach (var link in stage.Links) alone.Add(await stage.BareStream(link, Time));
            table.Add(alone, await stage.MptcpStream(Time));
        }
        Say(table.ToString());
        Assert.True(await stage.MptcpSubflows() > 0, "no further subflow was ever made");
    }

    private static int Rounds => Setting.Of("HOLDFAST_BOND_ROUNDS", 5);

    private static TimeSpan Time => Seconds(Setting.Of("HOLDFAST_BOND_SECONDS", 8));

    private static void Judge(BondRow table)
    {
        Say(table.ToString());
        // Shared cores cost something that is not the bond's.
        Assert.True(table.Median >= .9 * table.Scenario.Wanted, table.ToString());
    }

    private static async Task<List<double>> Alone(BondStage stage, TimeSpan time)
    {
        var figures = new List<double>();
        foreach (var link in stage.Links)
        {
            await stage.Start("single", link);
            figures.Add(await stage.Stream(time));
        }
        return figures;
    }

    private static string Join(IEnumerable<double> figures) => string.Join(" + ", figures.Select(f => Invariant($"{f:F1}")));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
