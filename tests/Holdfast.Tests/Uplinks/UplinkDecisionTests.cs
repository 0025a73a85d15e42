using System.Net;
using Holdfast.Engine;
using Holdfast.Engine.Config;
using Holdfast.Engine.Uplinks;
using Holdfast.Linux.Netlink;
using Holdfast.Protocol;

namespace Holdfast.Tests.Uplinks;

/// <summary>Which interfaces are uplinks, from links, addresses and routes alone.</summary>
public sealed class UplinkDecisionTests
{
    private const uint Running = 0x43; // up, running

    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly LinkState Eth0 = Link(2, "eth0"), Wwan = Link(3, "wwan0");

    private static readonly UplinkFacts Both = new()
    {
        Links = [Link(1, "lo") with { Flags = Running | 8 }, Eth0, Wwan],
        Addresses = [At(2, "192.0.2.2"), At(2, "2001:db8::2"), At(2, "fe80::2") with { Scope = Route.ScopeLink }, At(3, "198.51.100.2")],
        Defaults = [To(2, "192.0.2.1", 100), To(3, "198.51.100.1", 200), To(2, "fe80::1", 1024)],
    };

    [Fact]
    public void Every_interface_with_a_default_route_is_found()
    {
        var (eth, wwan) = Pair(Decide(Both));
        Assert.Equal(("eth0", 2, UplinkState.Up, true, true), (eth.Interface, eth.InterfaceIndex, eth.State, eth.HasV4, eth.HasV6));
        Assert.Equal(("192.0.2.1", "fe80::1"), (eth.GatewayV4!.ToString(), eth.GatewayV6!.ToString()));
        Assert.Equal(["192.0.2.2", "2001:db8::2"], eth.Addresses.Select(a => a.ToString()));
        Assert.Equal(("wwan0", true, false, false), (wwan.Interface, wwan.HasV4, wwan.HasV6, wwan.IsListed));
        Assert.Equal((2, true, true), (eth.ToLocal().InterfaceIndex, eth.ToLocal().HasV4, eth.ToLocal().HasV6));
    }

    public static TheoryData<string> TunnelKinds => ["tun", "wireguard", "sit", "gre", "vxlan"];

    [Theory, MemberData(nameof(TunnelKinds))]
    public void Tunnels_are_none(string kind) =>
        Assert.Equal("eth0", Assert.Single(Decide(Both with { Links = [Eth0, Wwan with { Kind = kind }] })).Interface);

    [Fact]
    public void Loopback_and_ports_are_none_and_bridges_and_ppp_may_be()
    {
        Assert.Equal("eth0", Assert.Single(Decide(Both with { Links = [Eth0, Wwan with { Flags = Running | 8 }] })).Interface);
        Assert.Equal("eth0", Assert.Single(Decide(Both with { Links = [Eth0, Wwan with { MasterIndex = 9 }] })).Interface);
        Assert.Equal(2, Decide(Both with { Links = [Eth0 with { Kind = "bridge" }, Wwan with { Kind = "ppp" }] }).Count);
    }

    [Fact]
    public void What_is_missing_first_is_the_reason()
    {
        var known = Decide(Both);
        Assert.Equal(UplinkState.Gone, State(Both with { Links = [Wwan] }));
        Assert.Equal(UplinkState.Down, State(With(Eth0 with { Flags = 2 })));
        Assert.Equal(UplinkState.NoCarrier, State(With(Eth0 with { Flags = 3 })));
        Assert.Equal(UplinkState.NoCarrier, State(With(Eth0 with { HasCarrier = false })));
        Assert.Equal(UplinkState.NoAddress, State(Both with { Addresses = [At(3, "198.51.100.2")] }));
        Assert.Equal(UplinkState.NoGateway, State(Both with { Defaults = [To(3, "198.51.100.1", 200)] }));
        var six = Decide(Both with { Defaults = [To(2, "fe80::1", 1024)] }, known).Single(u => u.Interface == "eth0");
        Assert.Equal((UplinkState.Up, false, true), (six.State, six.HasV4, six.HasV6));

        UplinkState State(UplinkFacts facts)
        {
            var uplink = Decide(facts, known).Single(u => u.Interface == "eth0");
            Assert.Equal((false, false, false), (uplink.HasV4, uplink.HasV6, uplink.IsUp));
            return uplink.State;
        }
    }

    [Fact]
    public void An_address_that_others_have_or_may_have_does_not_count()
    {
        foreach (var flag in new[] { AddressFlags.Tentative, AddressFlags.DuplicateFound })
        {
            var facts = Both with { Addresses = [At(2, "2001:db8::2") with { Flags = flag }] };
            Assert.Equal(UplinkState.NoAddress, Decide(facts)[0].State);
        }
    }

    [Fact]
    public void A_state_holds_since_it_began()
    {
        var first = Decide(Both);
        var later = Decide(Both, first, Noon.AddMinutes(1));
        Assert.All(later, uplink => Assert.Equal(Noon, uplink.Since));
        var cut = Decide(With(Eth0 with { Flags = 3 }), later, Noon.AddMinutes(2));
        Assert.Equal((Noon.AddMinutes(2), Noon), (cut[0].Since, cut[1].Since));
    }

    [Fact]
    public void One_that_was_found_stays_until_it_is_renamed_or_becomes_a_port()
    {
        var known = Decide(Both);
        Assert.Equal(UplinkState.Gone, Decide(Both with { Links = [Eth0] }, known)[1].State);
        Assert.Single(Decide(Both with { Links = [Eth0, Wwan with { Name = "lte", Flags = 2 }], Defaults = [To(2, "192.0.2.1", 1)] }, known));
        Assert.Single(Decide(Both with { Links = [Eth0, Wwan with { MasterIndex = 2 }] }, known));
        // It comes again with another number.
        var gone = Decide(Both with { Links = [Eth0] }, known);
        var again = Decide(Both with { Links = [Eth0, Wwan with { Index = 7 }], Addresses = [At(7, "198.51.100.2")] }, gone)[1];
        Assert.Equal((7, UplinkState.NoGateway), (again.InterfaceIndex, again.State));
    }

    [Fact]
    public void What_flaps_waits_twice_as_long_each_time_and_a_first_return_is_used_at_once()
    {
        var (known, at, waits) = (Decide(OnlyV4), Noon, new List<double>());
        for (var flap = 0; flap < 8; flap++)
        {
            known = Flap(OnlyV4, known, ref at);
            var back = at;
            while (!known[0].IsUp)
            {
                Assert.Equal((UplinkState.Flapping, "flapping", false), (known[0].State, known[0].Reason, known[0].HasV4));
                Assert.True(known[1].IsUp);
                known = Decide(OnlyV4, known, at += TimeSpan.FromMilliseconds(500));
            }
            waits.Add((at - back).TotalSeconds);
        }
        Assert.Equal([0, 2, 4, 8, 16, 32, 60, 60], waits);
        at += EngineLimits.FlapForgivenAfter;
        Assert.True(Flap(OnlyV4, known, ref at)[0].IsUp);
    }

    [Fact]
    public void What_flaps_is_used_where_nothing_else_leads_and_stays_so()
    {
        var at = Noon;
        var known = Flap(OnlyV4, Flap(OnlyV4, Decide(OnlyV4), ref at), ref at);
        Assert.Equal(UplinkState.Flapping, known[0].State);
        known = Decide(OnlyV4 with { Links = [Eth0, Wwan with { HasCarrier = false }] }, known, at.AddMilliseconds(1));
        Assert.Equal((UplinkState.Up, UplinkState.NoCarrier), (known[0].State, known[1].State));
        // The other comes back: nobody who uses this one is thrown out.
        Assert.All(Decide(OnlyV4, known, at.AddMilliseconds(2)), uplink => Assert.True(uplink.IsUp));
    }

    [Fact]
    public void What_flaps_is_held_back_for_each_family_by_itself()
    {
        var at = Noon;
        var known = Flap(Both, Flap(Both, Decide(Both), ref at), ref at);
        Assert.Equal((true, false, true), (known[0].IsUp, known[0].HasV4, known[0].HasV6));
        known = Decide(Both, known, at + EngineLimits.HoldDown);
        Assert.Equal((true, true, true), (known[0].IsUp, known[0].HasV4, known[0].HasV6));
    }

    private static readonly UplinkFacts OnlyV4 = Both with { Addresses = [At(2, "192.0.2.2"), At(3, "198.51.100.2")] };

    /// <summary>A second without a carrier at eth0.</summary>
    private static IReadOnlyList<Uplink> Flap(UplinkFacts facts, IReadOnlyList<Uplink> known, ref DateTimeOffset at)
    {
        known = Decide(facts with { Links = [Eth0 with { HasCarrier = false }, Wwan] }, known, at = at.AddSeconds(1));
        Assert.Equal(UplinkState.NoCarrier, known[0].State);
        return Decide(facts, known, at = at.AddSeconds(1));
    }

    [Fact]
    public void A_list_is_all_there_is()
    {
        ValueList<UplinkConfig> list = [new("wwan0", 50, IsMetered: true), new("usb0")];
        var uplinks = UplinkDecision.Decide(list, Both, Decide(Both), At(Noon));
        Assert.Equal(["wwan0", "usb0"], uplinks.Select(u => u.Interface));
        Assert.Equal([UplinkState.Up, UplinkState.Gone], uplinks.Select(u => u.State));
        Assert.All(uplinks, uplink => Assert.True(uplink.IsListed));
        Assert.Equal((3, 50, true), (uplinks[0].ToLocal().InterfaceIndex, uplinks[0].ToLocal().Weight, uplinks[0].ToLocal().IsMetered));
    }

    [Fact]
    public void A_listed_one_needs_a_default_route_only_if_it_ever_had_one()
    {
        ValueList<UplinkConfig> list = [new("eth0")];
        var without = Both with { Defaults = [] };
        Assert.Equal((true, true), Families(UplinkDecision.Decide(list, without, [], At(Noon))));
        var had = UplinkDecision.Decide(list, Both, [], At(Noon));
        Assert.Equal(UplinkState.NoGateway, UplinkDecision.Decide(list, without, had, At(Noon))[0].State);
        // With one of IPv4 alone, its IPv6 addresses lead nowhere.
        Assert.Equal((true, false), Families(UplinkDecision.Decide(list, Both with { Defaults = [To(2, "192.0.2.1", 0)] }, [], At(Noon))));

        static (bool, bool) Families(IReadOnlyList<Uplink> uplinks) => (uplinks[0].HasV4, uplinks[0].HasV6);
    }

    [Fact]
    public void A_strict_filter_is_in_the_way_of_the_worse_route()
    {
        var strict = Both with { Strict = new HashSet<string> { "eth0", "wwan0" } };
        var (eth, wwan) = Pair(Decide(strict));
        Assert.Null(eth.StrictFilter);
        Assert.Equal("net.ipv4.conf.wwan0.rp_filter", wwan.StrictFilter);
        Assert.Contains("`sysctl -w net.ipv4.conf.wwan0.rp_filter=2`", wwan.ToStatus(true).Warning, StringComparison.Ordinal);
        Assert.Null(Pair(Decide(Both)).Item2.StrictFilter);
    }

    [Fact]
    public void There_are_at_most_sixteen()
    {
        var links = Enumerable.Range(10, 20).Select(i => Link(i, $"u{i}")).ToArray();
        var facts = new UplinkFacts { Links = links, Defaults = [.. links.Select(l => To(l.Index, "192.0.2.1", 1))] };
        var found = Decide(facts);
        Assert.Equal(EngineLimits.Uplinks, found.Count);
        // Those that lead somewhere come before those that went.
        var others = links.Select(l => Link(l.Index + 20, $"v{l.Index}")).ToArray();
        var next = Decide(new UplinkFacts { Links = others, Defaults = [.. others.Select(l => To(l.Index, "192.0.2.1", 1))] }, found);
        Assert.Equal(EngineLimits.Uplinks, next.Count);
        Assert.DoesNotContain(next, uplink => uplink.State == UplinkState.Gone);
    }

    private static UplinkFacts With(LinkState eth0) => Both with { Links = [eth0, Wwan] };

    private static IReadOnlyList<Uplink> Decide(
        UplinkFacts facts, IReadOnlyList<Uplink>? before = null, DateTimeOffset? now = null) =>
        UplinkDecision.Decide([], facts, before ?? [], At(now ?? Noon));

    private static Now At(DateTimeOffset time)
    {
        var nanoseconds = (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        return new Now(new MonoTime(nanoseconds), nanoseconds);
    }

    private static (Uplink, Uplink) Pair(IReadOnlyList<Uplink> uplinks)
    {
        Assert.Equal(2, uplinks.Count);
        return (uplinks[0], uplinks[1]);
    }

    private static LinkState Link(int index, string name) => new() { Index = index, Name = name, Flags = Running, HasCarrier = true };

    private static AddressState At(int index, string address) =>
        new() { InterfaceIndex = index, Address = IPAddress.Parse(address), PrefixLength = 24 };

    private static DefaultRoute To(int index, string gateway, uint metric)
    {
        var address = IPAddress.Parse(gateway);
        return new DefaultRoute(address.AddressFamily, index, metric, address);
    }
}
