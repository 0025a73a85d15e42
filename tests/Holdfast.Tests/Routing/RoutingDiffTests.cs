using System.Net;
using System.Net.Sockets;
using Holdfast.Engine.Config;
using Holdfast.Engine.Routing;
using Holdfast.Tests.Config;

namespace Holdfast.Tests.Routing;

public sealed class RoutingDiffTests
{
    [Fact]
    public void Applying_the_difference_gives_what_is_desired_and_leaves_others_alone()
    {
        int first = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds from {first}");
        for (int seed = first; seed < first + 300; seed++)
        {
            var random = new Random(seed);
            var kernel = new ModelKernel();
            var foreign = Strew(kernel, random);
            DesiredNetwork? desired = null;
            // A few configurations after one another, and somebody who deletes in between.
            for (int round = 0; round < 4; round++)
            {
                var config = RandomConfig.Make(random) with { Name = "wg0" };
                if (random.Next(2) == 0) config = TakeAll(config);
                desired = DesiredNetwork.For(config, new(TunnelTables.Choose(config, kernel.Observe()), [1500], null));
                Settle(kernel, desired, foreign, seed);
                foreach (var entry in Mine(kernel.Observe()).Where(_ => random.Next(3) == 0).ToArray())
                    kernel.Remove(entry);
                Settle(kernel, desired, foreign, seed);
            }
            Settle(kernel, DesiredNetwork.Nothing("wg0", [.. desired!.OwnTables]), foreign, seed);
            Assert.Equal([], Mine(kernel.Observe()));
        }
    }

    [Fact]
    public void The_rule_for_main_stays_while_another_tunnel_needs_it()
    {
        var kernel = new ModelKernel();
        var one = Everything("wg0", kernel);
        kernel.Apply(RoutingDiff.Between(one, kernel.Observe()));
        var two = Everything("wg1", kernel);
        Assert.Equal(51821u, two.Mark);
        kernel.Apply(RoutingDiff.Between(two, kernel.Observe()));
        Assert.Equal(3, kernel.Observe().Rules.Count);
        kernel.Apply(RoutingDiff.Between(DesiredNetwork.Nothing("wg0"), kernel.Observe()));
        Assert.True(RoutingDiff.Between(two, kernel.Observe()).IsEmpty);
        kernel.Apply(RoutingDiff.Between(DesiredNetwork.Nothing("wg1"), kernel.Observe()));
        Assert.Empty(kernel.Observe().Rules);
    }

    [Fact]
    public void A_tunnels_rule_goes_even_when_its_interface_went_first()
    {
        var kernel = new ModelKernel();
        var desired = Everything("wg0", kernel);
        kernel.Apply(RoutingDiff.Between(desired, kernel.Observe()));
        foreach (var route in kernel.Observe().Routes) kernel.Remove(route);
        foreach (var address in kernel.Observe().Addresses) kernel.Remove(address);
        kernel.Apply(RoutingDiff.Between(DesiredNetwork.Nothing("wg0", [.. desired.OwnTables]), kernel.Observe()));
        Assert.Empty(kernel.Observe().Rules);
    }

    [Fact]
    public void A_route_of_another_interface_in_our_slot_is_a_clash_and_stays()
    {
        var kernel = new ModelKernel();
        var theirs = new RouteEntry(IPNetwork.Parse("10.8.0.0/16"), 254, "eth0", 0, 3);
        kernel.Add(theirs);
        var desired = DesiredNetwork.For(new() { Name = "wg0", Peers = [Peer("10.8.0.0/16")] }, new(51820, [], null));
        var diff = RoutingDiff.Between(desired, kernel.Observe());
        Assert.Equal([new(desired.Routes[0], theirs)], diff.Clashes);
        Assert.Empty(diff.Adds);
        Assert.Empty(diff.Removes);
    }

    [Fact]
    public void What_others_put_at_our_interface_is_shown()
    {
        var kernel = new ModelKernel { Link = new("wg0", 1420, true) };
        NetworkEntry[] foreign =
        [
            new AddressEntry("wg0", new(IPAddress.Parse("10.99.0.1"), 24), 0),
            new RouteEntry(IPNetwork.Parse("10.98.0.0/16"), 254, "wg0", 0, 3),
            new RuleEntry(AddressFamily.InterNetwork, 9, 51820, null, false, null, 3),
        ];
        foreach (var entry in foreign) kernel.Add(entry);
        kernel.Add(new AddressEntry("wg0", new(IPAddress.Parse("fe80::1"), 64), 3));
        kernel.Add(new RouteEntry(IPNetwork.Parse("10.99.0.0/24"), 254, "wg0", 0, 2));
        kernel.Add(new RouteEntry(IPNetwork.Parse("10.97.0.0/24"), 254, "eth0", 0, 3));
        var diff = RoutingDiff.Between(DesiredNetwork.Nothing("wg0", 51820), kernel.Observe());
        Assert.Equal(foreign, diff.Foreign);
        Assert.True(diff.IsEmpty);
    }

    private static void Settle(ModelKernel kernel, DesiredNetwork desired, HashSet<NetworkEntry> foreign, int seed)
    {
        var diff = RoutingDiff.Between(desired, kernel.Observe());
        Assert.True(!diff.Removes.Any(foreign.Contains), $"seed {seed}");
        kernel.Apply(diff);
        var shown = kernel.Observe();
        Assert.True(RoutingDiff.Between(desired, shown).IsEmpty, $"seed {seed}");
        HashSet<NetworkEntry> all = [.. shown.Addresses, .. shown.Routes, .. shown.Rules];
        Assert.True(foreign.IsSubsetOf(all), $"seed {seed}");
        var clashing = diff.Clashes.Select(c => c.Wanted).ToHashSet();
        IEnumerable<NetworkEntry> wanted =
            [.. desired.Addresses, .. desired.Routes.Where(r => !clashing.Contains(r)), .. desired.Rules];
        Assert.True(wanted.All(e => all.Any(a => Same(a, e))), $"seed {seed}");
    }

    // An entry that somebody else made does as well as ours.
    private static bool Same(NetworkEntry there, NetworkEntry wanted)
        => there.GetType() == wanted.GetType() && there with { Protocol = 72 } == wanted;

    private static IEnumerable<NetworkEntry> Mine(ObservedNetwork shown)
        =>
        [
            .. shown.Addresses.Where(a => a.IsHoldfasts && a.Device == "wg0"),
            .. shown.Routes.Where(r => r.IsHoldfasts && r.Device == "wg0"),
            .. shown.Rules.Where(r => r.IsHoldfasts && r.Priority == 22001 && r.Table != 60000),
        ];

    // Entries of other programs, and of another tunnel of ours, wherever they can clash.
    private static HashSet<NetworkEntry> Strew(ModelKernel kernel, Random random)
    {
        var all = new HashSet<NetworkEntry>();
        void Put(NetworkEntry entry)
        {
            if (kernel.TryAdd(entry)) all.Add(entry);
        }
        for (int i = 0; i < 6; i++)
        {
            var address = RandomConfig.Address(random);
            bool v4 = address.Address.AddressFamily == AddressFamily.InterNetwork;
            var protocol = (byte)random.Next(10);
            Put(new AddressEntry(random.Next(2) == 0 ? "wg0" : "eth0", address, protocol));
            Put(new RouteEntry(address.Network, 254, "eth0", v4 ? 0 : 1024u, protocol));
            Put(new RouteEntry(address.Network, 51820, random.Next(2) == 0 ? "wg0" : null, v4 ? 0 : 1024u, protocol));
            Put(new RuleEntry(address.Address.AddressFamily, 22001, 51820u + (uint)i, 5, true, null, protocol));
        }
        if (random.Next(2) == 0)
        {
            Put(new RuleEntry(AddressFamily.InterNetwork, 22000, 254, null, false, 0, 72));
            Put(new RuleEntry(AddressFamily.InterNetwork, 22001, 60000, 60000, true, null, 72));
            Put(new RouteEntry(IPNetwork.Parse("0.0.0.0/0"), 60000, "wg1", 0, 72));
        }
        return all;
    }

    private static TunnelConfig TakeAll(TunnelConfig config)
        => config with { Table = TableChoice.Auto, Peers = [.. config.Peers, Peer("0.0.0.0/0", "::/0")] };

    private static DesiredNetwork Everything(string name, ModelKernel kernel)
    {
        var config = new TunnelConfig { Name = name, Peers = [Peer("0.0.0.0/0")] };
        return DesiredNetwork.For(config, new(TunnelTables.Choose(config, kernel.Observe()), [], null));
    }

    private static PeerConfig Peer(params string[] prefixes)
        => RandomConfig.Peer(new Random(1), true, []) with { AllowedIps = [.. prefixes.Select(IPNetwork.Parse)] };
}
