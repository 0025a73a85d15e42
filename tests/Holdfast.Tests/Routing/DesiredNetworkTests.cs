using System.Net.Sockets;
using Holdfast.Engine.Config;
using Holdfast.Engine.Routing;
using Holdfast.Tests.Config;

namespace Holdfast.Tests.Routing;

public sealed class DesiredNetworkTests
{
    private static readonly NetworkFacts Facts = new(51820, [1500], 1500);

    [Fact]
    public void Prefixes_become_routes_the_longest_first_but_for_the_connected_ones()
    {
        var desired = DesiredNetwork.For(Config("10.7.0.2/24, fd07::2/64, 10.9.0.1/32, fd09::1/128",
            "10.7.0.9/32, 10.7.0.0/24, 10.7.0.0/16, 10.9.0.1/32, 192.168.0.0/16, fd07::9/128, fd08::/64, "
            + "fd09::1/128"), Facts);
        Assert.Equal(
            ["fd08::/64 254 1024", "10.9.0.1/32 254 0", "192.168.0.0/16 254 0", "10.7.0.0/16 254 0"],
            desired.Routes.Select(r => $"{r.Destination} {r.Table} {r.Metric}"));
        Assert.All(desired.Routes, r => Assert.Equal(("wg0", (byte)72), (r.Device, r.Protocol)));
        Assert.Equal(new LinkState("wg0", 1420, Up: true), desired.Link);
        Assert.Equal(4, desired.Addresses.Count);
        Assert.Empty(desired.Rules);
        Assert.Null(desired.Firewall);
        Assert.Null(desired.Mark);
    }

    [Theory]
    [InlineData("", 51820)]
    [InlineData("FwMark = 0x77", 0x77)]
    public void A_default_route_gets_a_table_rules_and_a_mark(string line, int table)
    {
        var desired =
            DesiredNetwork.For(Config("10.7.0.2/24, fd07::2/64", "::/0, 0.0.0.0/0, 10.8.0.0/16", line), Facts);
        Assert.Equal([$"10.8.0.0/16 254", $"::/0 {table}", $"0.0.0.0/0 {table}"],
            desired.Routes.Select(r => $"{r.Destination} {r.Table}"));
        Assert.Equal(
            [
                new(AddressFamily.InterNetwork, 22000, 254, null, false, 0, 72),
                new(AddressFamily.InterNetwork, 22001, (uint)table, (uint)table, true, null, 72),
                new(AddressFamily.InterNetworkV6, 22000, 254, null, false, 0, 72),
                new(AddressFamily.InterNetworkV6, 22001, (uint)table, (uint)table, true, null, 72),
            ],
            desired.Rules.OrderBy(r => r.Family).ThenBy(r => r.Priority));
        Assert.Equal([new("net.ipv4.conf.all.src_valid_mark", "1")], desired.Sysctls);
        Assert.Equal((uint)table, desired.Mark);
        Assert.Contains("iifname != \"wg0\" ip6 daddr fd07::2 fib saddr type != local drop", desired.Firewall,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Ipv6_alone_needs_no_ipv4_setting_and_no_ipv4_rule()
    {
        var desired = DesiredNetwork.For(Config("10.7.0.2/24, fd07::2/64", "::/0"), Facts);
        Assert.Empty(desired.Sysctls);
        Assert.All(desired.Rules, r => Assert.Equal(AddressFamily.InterNetworkV6, r.Family));
        Assert.DoesNotContain("10.7.0.2", desired.Firewall, StringComparison.Ordinal);
    }

    [Fact]
    public void A_given_table_takes_everything_and_off_nothing()
    {
        var given = DesiredNetwork.For(Config("10.7.0.2/24", "0.0.0.0/0, 10.7.0.0/24", "Table = 99\nFwMark=5"), Facts);
        Assert.Equal(["10.7.0.0/24 99", "0.0.0.0/0 99"], given.Routes.Select(r => $"{r.Destination} {r.Table}"));
        Assert.Empty(given.Rules);
        Assert.Equal(5u, given.Mark);
        var off = DesiredNetwork.For(Config("10.7.0.2/24", "0.0.0.0/0", "Table = off\nMTU = 1300"), Facts);
        Assert.Empty(off.Routes);
        Assert.Empty(off.Rules);
        Assert.Null(off.Firewall);
        Assert.Equal(1300, off.Link!.Mtu);
    }

    [Theory]
    [InlineData(new[] { 1400, 1492 }, 9000, 1412)]
    [InlineData(new int[0], 9000, 8920)]
    [InlineData(new int[0], null, 1420)]
    [InlineData(new[] { 65536 }, null, 65456)]
    [InlineData(new[] { 100 }, null, 68)]
    public void The_mtu_is_wg_quicks(int[] endpoints, int? byDefault, int expected)
        => Assert.Equal(expected, TunnelMtu.For(endpoints, byDefault));

    [Fact]
    public void The_table_is_the_mark_or_the_one_from_before_or_the_first_free_one()
    {
        var config = Config("10.7.0.2/24", "0.0.0.0/0");
        var all = Config("10.7.0.2/24", "0.0.0.0/0").Peers[0].AllowedIps[0];
        var observed = new ObservedNetwork
        {
            Routes = [new(all, 51820, "other", 0, 72), new(all, 51821, "eth0", 0, 3)],
            Rules = [new(AddressFamily.InterNetwork, 5, 51822, null, false, null, 0)],
        };
        Assert.Equal(51823u, TunnelTables.Choose(config, observed));
        Assert.Equal(7u, TunnelTables.Choose(config with { FwMark = 7 }, observed));
        observed = observed with { Routes = [.. observed.Routes, new(all, 51840, "wg0", 0, 72)] };
        Assert.Equal(51840u, TunnelTables.Choose(config, observed));
    }

    [Fact]
    public void Nft_takes_the_firewall_and_its_removal()
    {
        foreach (string name in new[] { "wg0", "a=b+c.d-e_f", "0" })
        {
            var config = Config("10.7.0.2/24, fd07::2/64", "0.0.0.0/0, ::/0") with { Name = name };
            string put = DesiredNetwork.For(config, Facts).Firewall!;
            string table = TunnelFirewall.TableName(name);
            // Twice, so that replacing is tried too; then listed, then away, twice.
            var (code, output, error) = StockTool.Unshared("--net",
                $"nft -f - <<'X' && nft -f - <<'Y' && nft list table inet {table} && nft -f - <<'Z' "
                + $"&& nft -f - <<'Z' && nft list ruleset\n{put}X\n{put}Y\n{TunnelFirewall.Removal(name)}Z\n"
                + $"{TunnelFirewall.Removal(name)}Z\n");
            Assert.True(code == 0, $"{name}: {error}\n{put}");
            Assert.Equal(1, output.Split("ip daddr 10.7.0.2").Length - 1);
            Assert.Equal(1, output.Split("ip6 daddr fd07::2").Length - 1);
            Assert.EndsWith("}\n", output, StringComparison.Ordinal);
            Assert.Single(output.Split($"table inet").Skip(1));
        }
    }

    private static TunnelConfig Config(string addresses, string prefixes, string more = "")
    {
        var result = WgQuickFile.Parse("wg0.conf", $"[Interface]\nAddress={addresses}\n{more}\n[Peer]\n"
            + $"PublicKey={TestKeys.A}\nAllowedIPs={prefixes}\n");
        Assert.Equal([], result.Errors);
        return result.Value!;
    }
}
