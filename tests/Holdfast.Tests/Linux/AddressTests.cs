using System.Net;
using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Tun;

namespace Holdfast.Tests.Linux;

public sealed class AddressTests
{
    private const byte OurProtocol = 117;

    [Theory]
    [InlineData("10.7.0.2", 24, null), InlineData("10.7.0.2", 32, "10.7.0.9"), InlineData("10.7.0.2", 32, null)]
    [InlineData("fd07::2", 64, null), InlineData("fd07::2", 128, "fd07::9")]
    public void An_address_comes_and_goes(string address, int length, string? peer) => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        using var tun = TunDevice.Open("hft0");
        var wanted = new AddressState
        {
            InterfaceIndex = tun.Index,
            Address = IPAddress.Parse(address),
            PrefixLength = length,
            Peer = peer is null ? null : IPAddress.Parse(peer),
            Flags = AddressFlags.NoPrefixRoute | AddressFlags.NoDuplicateDetection,
            Protocol = OurProtocol,
        };
        routes.AddAddress(wanted);
        var shown = Assert.Single(routes.Addresses(tun.Index), found => found.Protocol == OurProtocol);
        Assert.Equal(wanted.ToString(), shown.ToString());
        Assert.True(shown.Flags.HasFlag(AddressFlags.NoPrefixRoute | AddressFlags.Permanent), $"{shown.Flags}");
        Assert.Equal(wanted.Family == AddressFamily.InterNetwork ? "hft0" : null, shown.Label);
        Assert.Contains(shown, routes.Addresses());

        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => routes.AddAddress(wanted)).Errno);
        routes.AddAddress(wanted with { Flags = AddressFlags.NoDuplicateDetection }, replace: true);
        Assert.Single(routes.Addresses(tun.Index), found => found.Protocol == OurProtocol);

        routes.DeleteAddress(shown);
        Assert.DoesNotContain(routes.Addresses(tun.Index), found => found.Protocol == OurProtocol);
        var error = Assert.Throws<LinuxException>(() => routes.DeleteAddress(shown));
        Assert.Equal(Errno.EADDRNOTAVAIL, error.Errno);
        Assert.StartsWith($"delete address {wanted} of link {tun.Index}: ", error.Message);
    });

    [Fact]
    public void Addresses_of_one_interface_are_not_mixed_with_others() => KernelRoom.Run(() =>
    {
        using var routes = new RouteSocket();
        routes.SetUp(1, true);
        using var tun = TunDevice.Open("hft0");
        routes.SetUp(tun.Index, true);
        Assert.Equal(["127.0.0.1/8", "::1/128"], routes.Addresses(1).Select(address => $"{address}"));
        Assert.All(routes.Addresses(tun.Index), address => Assert.Equal(tun.Index, address.InterfaceIndex));
        Assert.Equal(Errno.ENODEV, Assert.Throws<LinuxException>(() => routes.Addresses(4711)).Errno);
    });
}
