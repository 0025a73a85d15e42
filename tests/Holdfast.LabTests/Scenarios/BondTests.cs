using System.Globalization;

namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// One TCP stream over several links: what a bond makes of them, against each link alone in the same run. Figures are told; what is
/// judged leaves room for a machine that others use too.
/// </summary>
public sealed class BondTests : LabTest
{
    [Fact]
    public async Task One_stream_gets_more_than_the_better_link()
    {
        var stage = await BondStage.Lay(await Draw("site", "hub"), new BondLink(60, 10), new BondLink(40, 30));
        var alone = await stage.Alone(Seconds(1));
        await stage.Start(BondTableTests.Mode);
        var together = await stage.Stream(Seconds(2));
        var figures = string.Create(CultureInfo.InvariantCulture,
            $"{together.Megabits:F1} of {alone[0].Megabits:F1} and {alone[1].Megabits:F1} Mbit/s");
        Say(figures);
        Assert.True(together.Megabits > 1.3 * alone.Max(a => a.Megabits), figures);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_wire_that_goes_takes_no_packet_with_it(bool pulled)
    {
        var result = await BondTableTests.StreamWhileAWireGoes(await Draw("site", "hub"), pulled);
        Say($"{(pulled ? "pulled" : "cut")}: {result.Lost} lost, longest gap {result.LongestGapMs} ms, {result.Reordered} late");
        Assert.Equal((0, 0), (result.Lost, result.Duplicated));
    }
}
