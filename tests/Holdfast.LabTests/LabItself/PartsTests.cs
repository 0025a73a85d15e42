namespace Holdfast.LabTests.LabItself;

/// <summary>The small parts of the lab that need no host.</summary>
public sealed class PartsTests
{
    [Fact]
    public async Task A_condition_that_never_holds_shows_the_last_state()
    {
        var asked = 0;
        var failure = await Assert.ThrowsAsync<LabException>(() => Eventually.Until(() => ++asked < 0,
            TimeSpan.FromMilliseconds(30), "pigs to fly", () => $"asked {asked} times"));
        Assert.Matches(@"waited 0\.\d\d s for pigs to fly; last seen: asked \d+ times", failure.Message);
        Assert.True(asked > 1);
    }

    [Fact]
    public async Task A_probe_that_throws_is_asked_again()
    {
        var asked = 0;
        var answer = await Eventually.Gives(
            () => ++asked < 3 ? throw new IOException("not yet") : Task.FromResult(asked), n => n == 3,
            TimeSpan.FromSeconds(10), "three");
        Assert.Equal(3, answer);
        var failure = await Assert.ThrowsAsync<LabException>(() => Eventually.Gives<int>(
            () => throw new IOException("the pipe is dry"), _ => true, TimeSpan.Zero, "water"));
        Assert.Contains("the pipe is dry", failure.Message);
    }

    [Theory]
    [InlineData("site =isp1= hub", "site", "hub", "isp1", true)]
    [InlineData("site -lan- hub-2", "site", "hub-2", "lan", false)]
    [InlineData("site == hub", "site", "hub", null, true)]
    [InlineData("alone", "alone", null, null, false)]
    public void A_drawing_is_read(string line, string near, string? far, string? name, bool relayed)
        => Assert.Equal(new LabPlan(near, far, name, relayed), LabPlan.Parse(line));

    [Theory, InlineData(""), InlineData("a =x- b"), InlineData("a =x= "), InlineData("A b")]
    public void A_drawing_that_is_none_is_refused(string line)
        => Assert.Contains("is no drawing", Assert.Throws<LabException>(() => LabPlan.Parse(line)).Message);

    [Fact]
    public void Links_get_addresses_that_do_not_overlap()
    {
        var addresses = Enumerable.Range(0, AddressPlan.MostLinks)
            .SelectMany(l => Enumerable.Range(1, AddressPlan.MostHosts).SelectMany(h => AddressPlan.Public(l, h)))
            .ToList();
        Assert.Equal(addresses.Count, addresses.Distinct().Count());
        Assert.Equal(["192.0.2.1/28", "2001:db8:1::1/64"], AddressPlan.Public(0, 1));
        Assert.Equal(["192.0.2.18/28", "2001:db8:4::2/64"], AddressPlan.Public(3, 2));
        Assert.Throws<LabException>(() => AddressPlan.Public(AddressPlan.MostLinks, 1));
    }

    [Fact]
    public void Missing_programs_are_named_by_their_packages()
    {
        Assert.Equal(["iproute2", "wireguard-tools"], LabRequirements.MissingPackages(["wg", "ip", "ss"], []));
        Assert.Equal(["openvpn"], LabRequirements.MissingPackages(["openvpn"], []));
        Assert.DoesNotContain("openvpn", LabRequirements.MissingPackages([], []));
        Assert.Null(LabRequirements.Check("ip"));
    }

    [Fact]
    public void The_shipped_executable_is_found_or_asked_for()
    {
        var missing = Assert.Throws<LabException>(() => HoldfastBinary.Find(null, "/nowhere"));
        Assert.Contains("/nowhere/out/holdfast is missing: run `make` first", missing.Message);
        Assert.Equal(Environment.ProcessPath, HoldfastBinary.Find(Environment.ProcessPath, "/nowhere"));
    }

    [Fact]
    public void The_answers_of_ping_are_read()
    {
        const string Output = """
            --- 192.0.2.1 ping statistics ---
            20 packets transmitted, 19 received, 5% packet loss, time 190ms
            rtt min/avg/max/mdev = 0.021/1.500/20.000/0.012 ms
            """;
        static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
        Assert.Equal(new PingResult(20, 19, Ms(.021), Ms(1.5), Ms(20)), Ping.Parse(Output));
        Assert.Null(Ping.Parse("ping: unknown host"));
    }
}
