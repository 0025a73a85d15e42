using System.Net;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Netlink;

namespace Holdfast.Tests.Linux;

public sealed class PolicyRuleTests
{
    private const byte OurProtocol = 117;

    public static TheoryData<PolicyRule> Wanted()
    {
        var data = new TheoryData<PolicyRule>();
        foreach (var family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
        {
            var six = family == AddressFamily.InterNetworkV6;
            var rule = new PolicyRule { Family = family, Priority = 21000, Table = 51820, Protocol = OurProtocol };
            data.AddRange(
                rule,
                rule with { Table = 254, SuppressPrefixLength = 0 },
                rule with { Mark = new FirewallMark(0xca6c), Invert = true },
                rule with { Mark = new FirewallMark(0x10, 0xff) },
                rule with { Mark = new FirewallMark(0, 0xff) },
                rule with { From = IPNetwork.Parse(six ? "fd07::/64" : "10.7.0.0/24") },
                rule with { To = IPNetwork.Parse(six ? "fd07::5/128" : "10.7.0.5/32") },
                rule with { InputInterface = "eth9" },
                rule with { OutputInterface = "lo" },
                rule with { Users = new UserRange(1000, 2000) },
                rule with { IpProtocol = 6, SourcePorts = new PortRange(1, 1023), DestinationPorts = new PortRange(443, 443) },
                rule with { Action = RuleAction.Unreachable, Table = 0 },
                rule with { Action = RuleAction.Prohibit, Table = 0, Users = new UserRange(0, 0) });
        }
        return data;
    }

    [Theory, MemberData(nameof(Wanted))]
    public void A_rule_is_shown_as_it_was_asked_for_and_goes_again(PolicyRule rule) => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        routes.AddRule(rule);
        Assert.Equal(rule, Assert.Single(Ours()));
        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => routes.AddRule(rule)).Errno);
        routes.AddRule(rule with { Priority = 21001 });
        Assert.Equal([21000U, 21001U], Ours().Select(found => found.Priority));
        routes.DeleteRule(rule);
        Assert.Equal(rule with { Priority = 21001 }, Assert.Single(Ours()));
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => routes.DeleteRule(rule)).Errno);

        IEnumerable<PolicyRule> Ours() => routes.Rules(rule.Family).Where(found => found.Protocol == OurProtocol);
    });

    [Fact]
    public void The_kernels_own_rules_are_shown_in_order() => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        Assert.Equal(
            ["0: from all lookup 255", "32766: from all lookup 254", "32767: from all lookup 253"],
            routes.Rules(AddressFamily.InterNetwork).Select(rule => rule.ToString()));
        Assert.Equal(
            ["0: from all lookup 255", "32766: from all lookup 254"],
            routes.Rules(AddressFamily.InterNetworkV6).Select(rule => rule.ToString()));
    });

    [Fact]
    public void A_rule_reads_as_people_write_it() => Assert.Equal(
        "22001: not from 10.0.0.0/8 fwmark 0xca6c/0xffff uidrange 5-6 lookup 51820 suppress_prefixlength 0",
        new PolicyRule
        {
            Family = AddressFamily.InterNetwork,
            Priority = 22001,
            Table = 51820,
            Invert = true,
            From = IPNetwork.Parse("10.0.0.0/8"),
            Mark = new FirewallMark(0xca6c, 0xffff),
            Users = new UserRange(5, 6),
            SuppressPrefixLength = 0,
        }.ToString());
}
