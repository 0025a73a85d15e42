using System.Globalization;

namespace Holdfast.LabTests.Scenarios;

/// <summary>
/// The whole table of bonds, a line a test; of the machine as much as of the program, so that `make soak` alone judges it.
/// HOLDFAST_BOND_ROUNDS and HOLDFAST_BOND_SECONDS make it shorter or longer; HOLDFAST_BOND_MODE puts another use of paths in the
/// bond's place, HOLDFAST_BOND_CONGESTION another congestion control in cubic's.
/// </summary>
public sealed class BondTableTests : LabTest
{
    private const int Rate = 2000, Packets = 6000, Bytes = 200;

    // Shared cores cost something that is not the bond's.
    private const double Leniency = .9;

    internal static readonly string Mode = Setting.Of("HOLDFAST_BOND_MODE", "bond");

    private static int Rounds => Setting.Of("HOLDFAST_BOND_ROUNDS", 5);

    private static TimeSpan Time => Seconds(Setting.Of("HOLDFAST_BOND_SECONDS", 8));

    [Fact(Explicit = true)]
    public Task Bond_of_two_equal_links() => Bond("equal");

    [Fact(Explicit = true)]
    public Task Bond_of_two_equal_links_back() => Bond("equal-back");

    [Fact(Explicit = true)]
    public Task Bond_of_two_equal_links_by_tbf() => Bond("equal-tbf");

    [Fact(Explicit = true)]
    public Task Bond_of_two_skewed_links() => Bond("skewed");

    [Fact(Explicit = true)]
    public Task Bond_of_a_good_and_a_bad_link() => Bond("bad-second");

    [Fact(Explicit = true)]
    public Task Bond_of_two_equal_links_back_from_one_uplink() => Bond("one-uplink-back");

    [Fact(Explicit = true)]
    public Task Bond_of_a_good_and_a_bad_link_back_from_one_uplink() => Bond("one-uplink-bad-back");

    [Fact(Explicit = true)]
    public Task Bond_of_four_links() => Bond("four");

    [Fact(Explicit = true)]
    public Task Bond_of_one_link_without_limit() => Bond("cost-one-link");

    [Fact(Explicit = true)]
    public Task Bond_of_two_links_without_limit() => Bond("cost-two-links");

    [Fact(Explicit = true)]
    public Task Mptcp_of_two_equal_links() => Mptcp("equal");

    [Fact(Explicit = true)]
    public Task Mptcp_of_two_equal_links_back() => Mptcp("equal-back");

    [Fact(Explicit = true)]
    public Task Mptcp_of_two_equal_links_by_tbf() => Mptcp("equal-tbf");

    [Fact(Explicit = true)]
    public Task Mptcp_of_two_skewed_links() => Mptcp("skewed");

    [Fact(Explicit = true)]
    public Task Mptcp_of_a_good_and_a_bad_link() => Mptcp("bad-second");

    [Fact(Explicit = true)]
    public Task Mptcp_of_four_links() => Mptcp("four");

    [Theory(Explicit = true), InlineData("equal"), InlineData("skewed")]
    public async Task A_bond_beside_mptcp(string name)
    {
        var stage = await LayForMptcp(BondScenario.Named(name).Links);
        var (bond, mptcp) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await stage.Start(Mode);
            bond.Add((await stage.Stream(Time)).Megabits);
            await stage.Stop();
            mptcp.Add((await stage.MptcpStream(Time, back: false)).Megabits);
        }
        var part = BondRow.Middle(bond.Zip(mptcp, (b, m) => b / m));
        Say(string.Create(CultureInfo.InvariantCulture, $"{BondScenario.Named(name)} | {Mode} {BondRow.Middle(bond):F1} ({bond.Min():F1} to {bond.Max():F1}) | "
            + $"MPTCP {BondRow.Middle(mptcp):F1} ({mptcp.Min():F1} to {mptcp.Max():F1}) Mbit/s | {part * 100:F1} %, 95.0 % wanted | {Rounds} rounds"));
        Assert.True(part >= Leniency * .95, $"{part}");
    }

    [Fact(Explicit = true)]
    public async Task A_pulled_wire_beside_mptcp()
    {
        var stage = await LayForMptcp(new BondLink(100, 10), new BondLink(100, 20));
        var (bond, mptcp) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await stage.Start(Mode);
            bond.Add(await stage.SilenceOfPulledWire(WgFile.HubV4));
            await stage.Stop();
            mptcp.Add(await stage.SilenceOfPulledWire(null));
        }
        Say(string.Create(CultureInfo.InvariantCulture, $"a session with a line each 20 ms, the faster wire pulled at the near end, longest time until a line is back: "
            + $"{Mode} {BondRow.Middle(bond):F0} ({bond.Min():F0} to {bond.Max():F0}) ms, MPTCP {BondRow.Middle(mptcp):F0} ({mptcp.Min():F0} to {mptcp.Max():F0}) ms"));
        Assert.True(BondRow.Middle(bond) < BondRow.Middle(mptcp));
    }

    /// <summary>If one link that is as wide as the sum does not reach its rate, this machine can't carry a bond's either.</summary>
    [Theory(Explicit = true), InlineData(200), InlineData(400)]
    public async Task One_link_as_wide_as_the_sum(int megabits)
    {
        var stage = await BondStage.Lay(await Draw("site", "hub"), new BondLink(megabits, 2));
        var figure = Assert.Single(await stage.Alone(Time));
        Say(string.Create(CultureInfo.InvariantCulture,
            $"one link of {megabits} Mbit/s alone: {figure.Megabits:F1} Mbit/s, {figure.CpuSeconds:F2} s/GB"));
        Assert.InRange(figure.Megabits, megabits * .7, megabits);
    }

    [Theory(Explicit = true), InlineData(true), InlineData(false)]
    public async Task A_wire_that_goes_takes_no_packet_with_it(bool pulled)
    {
        var gaps = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var result = await StreamWhileAWireGoes(await Draw("site", "hub"), pulled);
            Assert.Equal((0, 0), (result.Lost, result.Duplicated));
            gaps.Add(result.LongestGapMs);
        }
        Say(string.Create(CultureInfo.InvariantCulture, $"{(pulled ? "pulled" : "cut")}: 0 of {Packets} packets lost, {Rate} a second | "
            + $"longest gap {BondRow.Middle(gaps):F1} ({gaps.Min():F1} to {gaps.Max():F1}) ms | {Rounds} rounds"));
    }

    /// <summary>A paced stream from the site to the hub over two wires, one of which goes in its middle.</summary>
    /// <param name="lab">Has a site and a hub.</param>
    /// <param name="pulled">The site sees that the carrier is gone; otherwise nobody is told.</param>
    internal static async Task<UdpReceived> StreamWhileAWireGoes(Lab lab, bool pulled)
    {
        var stage = await BondStage.Lay(lab, new BondLink(100, 20), new BondLink(100, 20));
        await stage.Start(Mode);
        var before = await stage.ReceivedPackets();
        var stream = Agent.SendDatagrams(stage.Site, stage.Hub, WgFile.HubV4, Rate, Bytes, Packets);
        await Eventually.Gives(stage.ReceivedPackets, now => now > before + (Packets / 4), Seconds(30), "the stream to be under way");
        var wire = lab.Wire(await BondStage.Busiest(stage.Site));
        if (pulled)
            wire.Unplug(WireSide.Near);
        else
            wire.Cut();
        var result = await stream;
        if (result.Lost > 0)
            Say(await stage.Drops());
        return result;
    }

    private async Task Bond(string name)
    {
        var scenario = BondScenario.Named(name);
        var lab = await Draw("site", "hub");
        var stage = scenario.HubHasOne ? await BondStage.LayToOneUplink(lab, scenario.Links) : await BondStage.Lay(lab, scenario.Links);
        var row = new BondRow(scenario, Mode);
        for (var round = 0; round < Rounds; round++)
        {
            var alone = await stage.Alone(Time, scenario.Back);
            await stage.Start(Mode);
            if (row.Add(alone, await stage.Stream(Time, scenario.Back)) < Leniency * scenario.Wanted)
                Say($"a round that fell short:\n{await stage.Paths()}\n{await stage.Drops()}");
        }
        Say(row.ToString());
        Assert.True(row.Median >= Leniency * scenario.Wanted, row.ToString());
    }

    /// <summary>The same links, each alone and by MPTCP, without a tunnel. Nothing of ours is judged.</summary>
    private async Task Mptcp(string name)
    {
        var scenario = BondScenario.Named(name);
        var stage = await LayForMptcp(scenario.Links);
        var row = new BondRow(scenario, "MPTCP");
        for (var round = 0; round < Rounds; round++)
        {
            var alone = new List<BondFigure>();
            foreach (var link in stage.Links)
                alone.Add(await stage.BareStream(link, Time, scenario.Back));
            row.Add(alone, await stage.MptcpStream(Time, scenario.Back));
        }
        Say(row.ToString());
        Assert.True(await stage.MptcpSubflows() >= Rounds * (scenario.Links.Length - 1), "MPTCP did not use each link");
    }

    private async Task<BondStage> LayForMptcp(params BondLink[] links)
    {
        if (BondStage.LacksMptcp() is { } lack)
            Assert.Fail(lack);
        var stage = await BondStage.Lay(await Draw("site", "hub"), links);
        await stage.PrepareMptcp();
        return stage;
    }
}
