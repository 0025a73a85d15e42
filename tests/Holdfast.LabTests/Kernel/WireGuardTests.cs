using System.Globalization;
using System.Net;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Kernel;

/// <summary>Holdfast with the kernel's own WireGuard at the other end.</summary>
public sealed class WireGuardTests : LabTest, IClassFixture<WireGuardMachine>
{
    private const int Little = 1_000_000, Much = 6_000_000;

    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    // The message's type is the first byte behind UDP's header, the second MAC its last 16 of 148.
    private const string CookieReply = "udp[8] = 3", InitiationWithCookie = "udp[8] = 1 and udp[140:4] != 0";

    private readonly WireGuardMachine _fixture;

    public WireGuardTests(WireGuardMachine fixture) => _fixture = fixture;

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    public async Task Both_families_are_carried_both_ways(bool kernelInitiates, bool outerV6, bool preshared)
    {
        var pair = await Up(kernelInitiates, outerV6, preshared);
        await pair.Site.Carries(WgFile.HubV4, KernelPair.Patience);
        await pair.Site.Carries(WgFile.HubV6, KernelPair.Patience);
        await pair.Hub.Carries(WgFile.SiteV4, KernelPair.Patience);
        await KernelPair.Send(pair.Site, pair.Hub, WgFile.HubV4, Little);
        await KernelPair.Send(pair.Hub, pair.Site, WgFile.SiteV6, Little);
        await pair.KernelHasNoErrors();
    }

    [Fact]
    public async Task Both_ways_at_once_are_carried_as_fast_as_they_go()
    {
        var pair = await Up(kernelInitiates: true);
        await pair.Site.Carries(WgFile.HubV4, KernelPair.Patience);
        var up = await KernelPair.StartSending(pair.Site, pair.Hub, WgFile.HubV4, Much);
        var down = await KernelPair.StartSending(pair.Hub, pair.Site, WgFile.SiteV4, Much);
        await Task.WhenAll(up.GoOn(), down.GoOn());
        await Task.WhenAll(up.Arrives(), down.Arrives());
        await pair.KernelHasNoErrors();
    }

    [Fact]
    public async Task A_device_that_computes_no_checksums_gets_datagrams_one_by_one()
    {
        var pair = await Up(kernelInitiates: true);
        await pair.Site.Carries(WgFile.HubV4, KernelPair.Patience);
        await pair.Ours.Run("ethtool", "-K", KernelPair.Link, "tx", "off");
        var (to, address) = pair.Kernel == pair.Site ? (pair.Site, WgFile.SiteV4) : (pair.Hub, WgFile.HubV4);
        await KernelPair.Send(pair.Ours, to, address, Little);
        // It is asked again after some thousand datagrams, and told once all the same.
        await KernelPair.Send(pair.Ours, to, address, Much);
        var log = (await pair.Ours.Run(HoldfastBinary.Path, "log", KernelPair.Interface)).Output;
        // From 6.11 on the kernel computes them instead.
        var release = (await pair.Ours.Run("uname", "-r")).Output.Split('.', '-');
        var refuses = (int.Parse(release[0], CultureInfo.InvariantCulture), int.Parse(release[1], CultureInfo.InvariantCulture)).CompareTo((6, 11)) < 0;
        var told = log.Split('\n').Count(l => l.Contains("does not take datagrams in runs (EIO)", StringComparison.Ordinal));
        Assert.Equal(refuses && KernelPair.SendsRuns ? 1 : 0, told);
        await pair.KernelHasNoErrors();
    }

    [Fact]
    public async Task Either_end_may_change_its_address_under_transfer()
    {
        var pair = await Up(kernelInitiates: false);
        await pair.Site.Carries(WgFile.HubV4, KernelPair.Patience);
        await pair.SlowDown();

        var start = await pair.Transferred();
        var sending = await KernelPair.StartSending(pair.Site, pair.Hub, WgFile.HubV4, Much);
        await pair.IsHalfWay(start);
        var moved = await Move(pair.Ours);
        await sending.GoOn();
        await Follows(pair.Kernel, $"{moved}:");
        await sending.Arrives();

        start = await pair.Transferred();
        sending = await KernelPair.StartSending(pair.Hub, pair.Site, WgFile.SiteV4, Much);
        await pair.IsHalfWay(start);
        moved = await Move(pair.Kernel);
        await sending.GoOn();
        await Follows(pair.Ours, $"{moved}:");
        await sending.Arrives();
        await pair.KernelHasNoErrors();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Either_end_may_start_anew_under_transfer(bool kernel)
    {
        var pair = await Up(kernelInitiates: kernel);
        await pair.Site.Carries(WgFile.HubV4, KernelPair.Patience);
        await pair.SlowDown();
        var before = await KernelPair.Show(pair.Ours, "latest-handshakes");

        var start = await pair.Transferred();
        var sending = await KernelPair.StartSending(pair.Site, pair.Hub, WgFile.HubV4, Much);
        await pair.IsHalfWay(start);
        await (kernel ? pair.KernelForgetsItsSession() : StartOursAgain(pair));
        await sending.GoOn();
        await pair.ShakesHands(before);
        await sending.Arrives();
        await pair.KernelHasNoErrors();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_bad_link_harms_no_transfer(bool kernelSends)
    {
        var pair = await Up(kernelInitiates: kernelSends);
        await pair.Fault("delay 20ms 10ms loss 2% duplicate 5% reorder 20% 50%");
        await pair.Site.Carries(WgFile.HubV4, KernelPair.Patience);
        await KernelPair.Send(pair.Site, pair.Hub, WgFile.HubV4, Little);
        await pair.KernelHasNoErrors();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_cookie_gets_a_handshake_through_a_flood(bool kernelIsFlooded)
    {
        var pair = await KernelPair.Draw(_fixture.Machine, kernelInitiates: !kernelIsFlooded);
        await (kernelIsFlooded ? pair.UpKernel() : pair.UpOurs());
        var flood = await pair.Flood(pair.Hub);
        var capture = await pair.Capture();
        await (kernelIsFlooded ? pair.UpOurs() : pair.UpKernel());
        await pair.Site.Carries(WgFile.HubV4, KernelPair.Patience);
        await flood.Kill();
        await capture.Kill(Signal.Int);

        await capture.Ends(KernelPair.Patience);
        Assert.NotEqual(0, await pair.Captured(CookieReply));
        Assert.NotEqual(0, await pair.Captured(InitiationWithCookie));
        await pair.KernelHasNoErrors();
    }

    [Theory(Explicit = true), InlineData(true), InlineData(false)]
    public async Task Rekeys_of_the_full_two_minutes_pass_under_transfer(bool kernelInitiates)
    {
        var pair = await Up(kernelInitiates);
        await pair.Site.Carries(WgFile.HubV4, KernelPair.Patience);
        await pair.SlowDown();
        var handshakes = new HashSet<string>();
        for (var end = DateTimeOffset.UtcNow + FiveMinutes; DateTimeOffset.UtcNow < end;)
        {
            await KernelPair.Send(pair.Site, pair.Hub, WgFile.HubV4, Much);
            await KernelPair.Send(pair.Hub, pair.Site, WgFile.SiteV4, Much);
            handshakes.Add(await KernelPair.Show(pair.Ours, "latest-handshakes"));
        }
        Assert.InRange(handshakes.Count, 3, 4);
        await pair.KernelHasNoErrors();
    }

    private async Task<KernelPair> Up(bool kernelInitiates, bool outerV6 = false, bool preshared = false)
    {
        var pair = await KernelPair.Draw(_fixture.Machine, kernelInitiates, outerV6, preshared);
        await Task.WhenAll(pair.UpKernel(), pair.UpOurs());
        return pair;
    }

    // To another one of the link's /28; the new address first, so that there is never none.
    private static async Task<IPAddress> Move(GuestHost host)
    {
        var last = host.V4(KernelPair.Link);
        var bytes = IPAddress.Parse(last).GetAddressBytes();
        bytes[3] += 4;
        var next = new IPAddress(bytes);
        await host.Ip($"address add {next}/28 dev {KernelPair.Link}", $"address del {last}/28 dev {KernelPair.Link}",
            $"address replace {next}/28 dev {KernelPair.Link}");
        return next;
    }

    private static async Task StartOursAgain(KernelPair pair)
    {
        await pair.KillOurs();
        await pair.UpOurs();
    }

    private static Task Follows(GuestHost host, string address) => Eventually.Gives(
        () => KernelPair.Show(host, "endpoints"), e => e.StartsWith(address, StringComparison.Ordinal),
        KernelPair.Patience, $"{host.Name} to follow its peer to {address}");
}
