using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

public sealed class WgQuickErrorTests
{
    private const string Peer = "[Peer]\nPublicKey = " + TestKeys.A + "\n";

    // Text, and the findings as they are printed for the file wg0.conf.
    public static TheoryData<string, string> Broken => new()
    {
        { "PrivateKey = x", "wg0.conf:1:1: text before the first section; start the file with [Interface]" },
        { "[Interface]\n  [Per]\nPublicKey=", "wg0.conf:2:3: unknown section '[Per]'; did you mean [Peer]?" },
        { "[Interface]\n[Zzzzzzz]", "wg0.conf:2:1: unknown section '[Zzzzzzz]'; write [Interface] or [Peer]" },
        { "[Interface]\nAdress = 10.0.0.1",
            "wg0.conf:2:1: unknown key 'Adress' in [Interface]; did you mean Address?" },
        { "[Interface]\n\t Endpoint = 10.0.0.1:1",
            "wg0.conf:2:3: unknown key 'Endpoint' in [Interface]; it belongs under [Peer]" },
        { Peer + "Qwertz = 1", "wg0.conf:3:1: unknown key 'Qwertz' in [Peer]; remove it" },
        { Peer + "PresharedKay = 1",
            "wg0.conf:3:1: unknown key 'PresharedKay' in [Peer]; did you mean PresharedKey?" },
        { "[Interface]\nListenPort",
            "wg0.conf:2:1: a line without '='; write KEY = VALUE, or put # in front of a comment" },
        { "[Interface]\nListenPort =  # none",
            "wg0.conf:2:13: ListenPort has no value; write one, or remove the line" },
        { "[Interface]\nPrivateKey = " + TestKeys.A + "x",
            "wg0.conf:2:14: the key is not 44 characters of base64 ending in '='; "
            + "make one with `holdfast key generate`" },
        { "[Peer]\nPublicKey=short",
            "wg0.conf:2:11: the key is not 44 characters of base64 ending in '='; "
            + "make one with `holdfast key generate`" },
        { Peer + "PresharedKey = 0",
            "wg0.conf:3:16: the key is not 44 characters of base64 ending in '='; "
            + "make one with `holdfast key generate`" },
        { "[Interface]\nListenPort = 65536", "wg0.conf:2:14: '65536' is not a port; write a number from 0 to 65535" },
        { "[Interface]\nFwMark = 0X1",
            "wg0.conf:2:10: '0X1' is not a mark; write off, or a number from 0 to 0xffffffff" },
        { "[Interface]\nDNS = 10.0.0.1, -x",
            "wg0.conf:2:17: '-x' is neither an IP address nor a domain; write servers' addresses and search domains" },
        { "[Interface]\nDNS = a\"b",
            "wg0.conf:2:7: 'a\"b' is neither an IP address nor a domain; write servers' addresses and search domains" },
        { "[Interface]\nAddress = 10.0.0.1/24, 10.0.0/8",
            "wg0.conf:2:24: '10.0.0/8' is not an IP address; "
            + "write ADDRESS/LENGTH, for example 10.7.0.0/24 or fd07::/64" },
        { "[Interface]\nAddress = 10.0.0.1/33",
            "wg0.conf:2:11: the prefix length of '10.0.0.1/33' is not a number from 0 to 32; "
            + "write ADDRESS/LENGTH, for example 10.7.0.0/24 or fd07::/64" },
        { "[Interface]\nDNS = example.org 1.2.3",
            "wg0.conf:2:19: '1.2.3' is not an IP address; write the server's address" },
        { "[Interface]\nMTU = 67", "wg0.conf:2:7: '67' is not an MTU; write a number of bytes from 68 to 65535" },
        { "[Interface]\nTable = vpn",
            "wg0.conf:2:9: there is no routing table 'vpn'; "
            + "write auto, off, a number, or a name from /etc/iproute2/rt_tables or /etc/iproute2/rt_tables.d" },
        { "[Interface]\nSaveConfig = yes", "wg0.conf:2:14: 'yes' is neither true nor false; write true or false" },
        { "[Interface]\nSaveConfig = true\0", "wg0.conf:2:14: 'true?' is neither true nor false; write true or false" },
        { "[Interface]\nListenPort = 1\0", "wg0.conf:2:14: '1?' is not a port; write a number from 0 to 65535" },
        { "[Interface]\nMTU = 1400\0", "wg0.conf:2:7: '1400?' is not an MTU; write a number of bytes from 68 to 65535" },
        { "[Interface]\nFwMark = 0x1\0",
            "wg0.conf:2:10: '0x1?' is not a mark; write off, or a number from 0 to 0xffffffff" },
        { "[Interface]\nTable = 7\0",
            "wg0.conf:2:9: there is no routing table '7?'; "
            + "write auto, off, a number, or a name from /etc/iproute2/rt_tables or /etc/iproute2/rt_tables.d" },
        { "[Interface]\nAddress = 10.0.0.1/24\0",
            "wg0.conf:2:11: the prefix length of '10.0.0.1/24?' is not a number from 0 to 32; "
            + "write ADDRESS/LENGTH, for example 10.7.0.0/24 or fd07::/64" },
        { "[Interface]\nAddress = 10.0.0.1\0/24",
            "wg0.conf:2:11: '10.0.0.1?/24' is not an IP address; "
            + "write ADDRESS/LENGTH, for example 10.7.0.0/24 or fd07::/64" },
        { "[Interface]\nAddress = 10.0.0.1/255.0.255.0",
            "wg0.conf:2:11: the prefix length of '10.0.0.1/255.0.255.0' is not a number from 0 to 32; "
            + "write ADDRESS/LENGTH, for example 10.7.0.0/24 or fd07::/64" },
        { Peer + "PersistentKeepalive = 25\0",
            "wg0.conf:3:23: '25?' is not a keepalive interval; write off, or seconds from 0 to 65535" },
        { "[Interface]\nPostUp = a\0b", "wg0.conf:2:10: a command with a zero byte; remove the byte" },
        { "[Interface]\n[Peer]\nAllowedIPs = 10.0.0.0/8",
            "wg0.conf:2:1: a peer without PublicKey; add PublicKey = … to this [Peer]" },
        { Peer + "AllowedIPs = 10.0.0.0/8,",
            "wg0.conf:3:25: '' is not an IP address; "
            + "write ADDRESS/LENGTH, for example 10.7.0.0/24 or fd07::/64" },
        { Peer + "Endpoint = example.org",
            "wg0.conf:3:12: 'example.org' is not an endpoint; write HOST:PORT, ADDRESS:PORT or [IPV6-ADDRESS]:PORT" },
        { Peer + "Endpoint = [fd00::1]",
            "wg0.conf:3:12: '[fd00::1]' is not an endpoint; write HOST:PORT, ADDRESS:PORT or [IPV6-ADDRESS]:PORT" },
        { Peer + "Endpoint = example.org:0",
            "wg0.conf:3:12: the port of 'example.org:0' is not a number from 1 to 65535; "
            + "write HOST:PORT, ADDRESS:PORT or [IPV6-ADDRESS]:PORT" },
        { Peer + "PersistentKeepalive = -1",
            "wg0.conf:3:23: '-1' is not a keepalive interval; write off, or seconds from 0 to 65535" },
        { Peer + "\n" + Peer,
            "wg0.conf:5:13: the peer of line 2 has the same public key; "
            + "give each peer a key of its own, or join the two" },
    };

    [Theory, MemberData(nameof(Broken))]
    public void An_error_says_what_where_and_what_to_do(string text, string expected)
    {
        var result = WgQuickFile.Parse("wg0.conf", text);
        Assert.Null(result.Value);
        Assert.Equal(expected, Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void Windows_line_ends_change_neither_places_nor_values()
    {
        var result = WgQuickFile.Parse("wg0.conf", "[Interface]\r\nListenPort = 5\r\nMTU = 1\r\n");
        Assert.Equal("wg0.conf:3:7", result.Errors[0].ToString()[..12]);
        Assert.Single(result.Errors);
    }

    [Fact]
    public void A_file_must_be_named_after_an_interface()
    {
        foreach (string path in new[] { "/etc/wireguard/a-name-that-is-long.conf", "wg 0.conf", ".conf", "wg0.cfg",
            "...conf" })
        {
            var error = Assert.Single(WgQuickFile.Parse(path, "").Errors);
            Assert.Equal(
                $"{path}: the file's name does not name an interface; call it NAME.conf; for NAME use 1 to 15 of the "
                + "characters a-z A-Z 0-9 _ = + . -", error.ToString());
        }
    }

    [Fact]
    public void All_errors_are_found_in_order_but_no_more_than_twenty()
    {
        var result = WgQuickFile.Parse("wg0.conf", "[Interface]\n" + string.Concat(Enumerable.Repeat("X = 1\n", 100)));
        Assert.Equal(Enumerable.Range(2, 20), result.Errors.Select(e => e.Line));
    }

    [Theory]
    [InlineData("[Interface]\n{0}")]
    [InlineData("[Interface]\nPrivate Key {0}")]
    [InlineData("[Interface]\nPriKey = {0}")]
    [InlineData("[Interface]\nAddress = {0}")]
    [InlineData("[Interface]\nSaveConfig = {0}")]
    [InlineData("[Interface]\nPrivateKey = x{0}")]
    [InlineData("{0}\n[Interface]")]
    [InlineData("[{0}]")]
    [InlineData("[Peer]\nEndpoint = {0}")]
    [InlineData("[Peer]\nAllowedIPs = {0}")]
    public void A_key_is_never_repeated_wherever_it_stands(string text)
    {
        var result = WgQuickFile.Parse("wg0.conf", text.Replace("{0}", TestKeys.A, StringComparison.Ordinal));
        Assert.NotEmpty(result.Errors);
        string shown = string.Join('\n', result.Errors.Concat(result.Warnings));
        for (int i = 0; i + 12 <= TestKeys.A.Length; i++)
            Assert.DoesNotContain(TestKeys.A.Substring(i, 12), shown, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_taken_but_doubtful_is_a_warning()
    {
        var result = WgQuickFile.Parse("wg0.conf", "[Interface]\nMTU=1400\nMTU=1300\n" + Peer
            + "AllowedIPs=10.0.0.0/8, 10.1.0.1/16\n[Peer]\nPublicKey=" + TestKeys.B + "\nAllowedIPs=10.0.0.0/8");
        Assert.Equal(
            [
                "wg0.conf:3:1: MTU stands in line 2 already; this one counts; remove one of them",
                "wg0.conf:6:24: 10.1.0.1/16 has host bits; it is taken as 10.1.0.0/16; write 10.1.0.0/16",
                "wg0.conf:9:12: 10.0.0.0/8 stands at two peers, here and in line 6; this one gets it; "
                + "remove it from line 6",
            ],
            result.Warnings.Select(w => w.ToString()));
        Assert.Equal(1300, result.Value!.Mtu);
        Assert.Equal("[10.1.0.0/16]", result.Value.Peers[0].AllowedIps.ToString());
        Assert.Equal("[10.0.0.0/8]", result.Value.Peers[1].AllowedIps.ToString());
    }
}
