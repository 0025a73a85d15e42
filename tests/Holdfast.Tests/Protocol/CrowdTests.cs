using Holdfast.Protocol;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>A hub and many sites that all begin at once, in virtual time, with all checks of the simulation.</summary>
public sealed class CrowdTests
{
    [Fact]
    public void A_hub_meets_all_its_sites_at_once() => MeetAndMeetAgain(sites: 300);

    [Theory(Explicit = true)]
    [InlineData(3000)]
    public void A_hub_meets_thousands_of_sites_at_once(int sites) => MeetAndMeetAgain(sites);

    private static void MeetAndMeetAgain(int sites)
    {
        var world = new SimWorld(seed: 1, [.. Enumerable.Range(2, sites).Select(site => (site, 1))]).Start();
        var hub = world.Nodes[0];
        AllMeetWithin(world, seconds: 60);
        Assert.True(hub.Tunnel.Drops[Drop.CookieNeeded] > 0, "the hub was never under load");

        // The hub comes back and greets all that its state directory knows; the sites miss it on their own.
        hub.Start();
        AllMeetWithin(world, seconds: 60);

        // Nothing gets through for longer than a keypair lives; then all begin in the same second.
        world.Wire.Loss = 1;
        world.Run(TimeSpan.FromSeconds(200));
        world.Wire.Loss = 0;
        AllMeetWithin(world, seconds: 60);

        SimEnding.RunUntilAllIsGone(world);
        world.CheckAccounts();
        Assert.Empty(world.Findings.Violations);
        TestContext.Current.TestOutputHelper?.WriteLine($"{sites} sites, {world.Nodes.Sum(n => n.Sinks.Sent.Datagrams)} datagrams");
    }

    private static void AllMeetWithin(SimWorld world, int seconds)
    {
        long[] there = [], back = [];
        for (var second = 0; second < seconds && !Arrived(); second++)
        {
            there = [.. world.Links.Select(l => world.Send(l.Near, l.Far))];
            back = [.. world.Links.Select(l => world.Send(l.Far, l.Near))];
            world.Run(TimeSpan.FromSeconds(1));
        }
        Assert.True(Arrived(), $"not all have met within {seconds} s");

        bool Arrived() => there.Length > 0
            && world.Links.Zip(there).All(l => l.First.Far.Sinks.Seen.Contains(l.Second))
            && world.Links.Zip(back).All(l => l.First.Near.Sinks.Seen.Contains(l.Second));
    }
}
