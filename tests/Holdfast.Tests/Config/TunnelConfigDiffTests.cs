using System.Net;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;

namespace Holdfast.Tests.Config;

public sealed class TunnelConfigDiffTests
{
    private static readonly string Running =
        $"[Interface]\nPrivateKey={TestKeys.A}\nAddress=10.7.0.1/24\nListenPort=5\n[Peer]\nPublicKey={TestKeys.B}\n"
        + $"AllowedIPs=10.7.0.2, 10.7.0.3\nEndpoint=h:1\n[Peer]\nPublicKey={TestKeys.C}\n";

    [Fact]
    public void The_same_configuration_is_no_change_in_whatever_order()
    {
        var running = Parse(Running);
        var turned = running with { Peers = [.. running.Peers.Reverse()] };
        turned = turned with
        {
            Peers =
            [turned.Peers[0], turned.Peers[1] with { AllowedIps = [.. turned.Peers[1].AllowedIps.Reverse()] }]
        };
        Assert.True(TunnelConfigDiff.Between(running, Parse(Running)).IsEmpty);
        Assert.True(TunnelConfigDiff.Between(running, turned).IsEmpty);
    }

    [Fact]
    public void Peers_come_change_and_go()
    {
        var running = Parse(Running);
        var added = RandomConfig.Peer(new Random(1), names: true, []);
        var changed = running.Peers[0] with { AllowedIps = [IPNetwork.Parse("10.8.0.0/16")] };
        var diff = TunnelConfigDiff.Between(running, running with { Peers = [changed, added] });
        Assert.Equal([added], diff.PeersAdded);
        Assert.Equal([running.Peers[1]], diff.PeersRemoved);
        var change = Assert.Single(diff.PeersChanged);
        Assert.True(change.AllowedIpsChanged);
        Assert.False(change.EndpointsChanged);
        Assert.True(diff.CanApplyLive);
        Assert.False(diff.IsEmpty);
    }

    [Theory]
    [InlineData("ListenPort=5", "ListenPort=6", nameof(TunnelConfigDiff.ListenPortChanged), true)]
    [InlineData("ListenPort=5", "FwMark=6\nListenPort=5", nameof(TunnelConfigDiff.FwMarkChanged), true)]
    [InlineData("ListenPort=5", "MTU=1300\nListenPort=5", nameof(TunnelConfigDiff.MtuChanged), true)]
    [InlineData("ListenPort=5", "Table=off\nListenPort=5", nameof(TunnelConfigDiff.TableChanged), true)]
    [InlineData("ListenPort=5", "PostUp=x\nListenPort=5", nameof(TunnelConfigDiff.CommandsChanged), true)]
    [InlineData("ListenPort=5", "DNS=10.7.0.9\nListenPort=5", nameof(TunnelConfigDiff.DnsChanged), false)]
    [InlineData("10.7.0.1/24", "10.7.0.4/24", nameof(TunnelConfigDiff.AddressesChanged), true)]
    [InlineData(TestKeys.A, "GN65BkIKy1eCE9pP1wdc8ROUtkHLF2PfAqYdyYBz6EA=",
        nameof(TunnelConfigDiff.PrivateKeyChanged), true)]
    public void Each_change_has_its_name(string before, string after, string name, bool live)
    {
        var diff =
            TunnelConfigDiff.Between(Parse(Running), Parse(Running.Replace(before, after, StringComparison.Ordinal)));
        var set = typeof(TunnelConfigDiff).GetProperties()
            .Where(p => p.Name.EndsWith("Changed", StringComparison.Ordinal) && p.GetValue(diff) is true)
                .Select(p => p.Name);
        Assert.Equal([name], set);
        Assert.Equal(live, diff.CanApplyLive);
        Assert.False(diff.IsEmpty);
    }

    [Theory]
    [InlineData(CipherChoice.Auto, CipherChoice.WireGuard)]
    [InlineData(CipherChoice.WireGuard, CipherChoice.Auto)]
    public void Another_cipher_reaches_the_running_tunnel_alone(CipherChoice before, CipherChoice after)
    {
        var (running, wanted) = (Parse(Running) with { Cipher = before }, Parse(Running) with { Cipher = after });
        var diff = TunnelConfigDiff.Between(running, wanted);
        Assert.Equal(new TunnelConfigDiff { CipherChanged = true }, diff);
        Assert.True(diff.CanApplyLive);
        var change = TunnelChanges.ToReload(running, wanted);
        Assert.Equal(after, change.Cipher);
        Assert.Empty(change.Peers);
        // Sessions, port and mark stay as they are.
        Assert.Equal(new DeviceChange { Cipher = after, Peers = change.Peers }, change);
    }

    [Theory]
    [InlineData(CipherChoice.Auto)]
    [InlineData(CipherChoice.WireGuard)]
    public void The_cipher_is_told_at_the_start_and_not_again(CipherChoice cipher)
    {
        var config = Parse(Running) with { Cipher = cipher };
        Assert.Equal(cipher, TunnelChanges.ToStart(config).Cipher);
        Assert.Null(TunnelChanges.ToReload(config, config with { Mtu = 1300 }).Cipher);
        Assert.Equal(CipherChoice.Auto, Parse(Running).Cipher); // which is all that a wg-quick file can say
    }

    private static TunnelConfig Parse(string text)
    {
        var result = WgQuickFile.Parse("wg0.conf", text);
        Assert.Equal([], result.Errors);
        return result.Value!;
    }
}
