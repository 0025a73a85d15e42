using Holdfast.Crypto;
using Holdfast.Linux.Namespaces;

namespace Holdfast.Tests.Api;

/// <summary>
/// The stock <c>wg</c> does and prints with a tunnel of ours what it does and prints with wireguard-go.
/// </summary>
public sealed class WgToolTests
{
    private const string PrivateKey = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
    private const string Psk = "FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=";
    private const string One = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
    private const string Two = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";
    private const string Three = "gN65BkIKy1eCE9pP1wdc8ROUtkHLF2PfAqYdyYBz6EA=";

    private static readonly string[] Details =
    [
        "public-key", "private-key", "listen-port", "fwmark", "peers", "preshared-keys", "endpoints", "allowed-ips",
        "latest-handshakes", "transfer", "persistent-keepalive",
    ];

    private static readonly string[][] Shows =
    [
        ["show"], ["show", "wg0"], ["show", "wg0", "dump"], ["show", "all"], ["show", "all", "dump"],
        ["show", "interfaces"],
        ["showconf", "wg0"], ["show", "nosuch"], ["show", "wg0", "nosuch"],
        .. Details.Select(d => new[] { "show", "wg0", d }), .. Details.Select(d => new[] { "show", "all", d }),
    ];

    // What a file of the administrator's could hold; the addresses lead nowhere, so that nothing is sent.
    private static readonly (string[] Command, string Input)[] Steps =
    [
        (["set", "wg0", "listen-port", "51820"], ""),
        (["set", "wg0", "private-key", "/dev/stdin"], PrivateKey),
        (["set", "wg0", "fwmark", "0xca6c"], ""),
        (["set", "wg0", "peer", One, "allowed-ips", "10.0.0.7/24,fd07::1/64", "preshared-key", "/dev/stdin"], Psk),
        (["set", "wg0", "peer", One, "endpoint", "192.0.2.1:51821"], ""),
        (["set", "wg0", "peer", Two, "endpoint", "[2001:db8::1]:51821", "allowed-ips", "0.0.0.0/0,::/0"], ""),
        (["set", "wg0", "peer", Three, "persistent-keepalive", "25", "allowed-ips", ""], ""),
        (["set", "wg0", "peer", Three, "allowed-ips", "10.0.0.0/24"], ""), // taken from One
        (["set", "wg0", "peer", Three, "persistent-keepalive", "off"], ""),
        (["set", "wg0", "peer", One, "remove", "peer", Two, "allowed-ips", "::102:304/128"], ""),
        (["set", "wg0", "peer", "bad"], ""),
        (["set", "wg0", "peer", One, "endpoint", "nowhere.invalid:"], ""),
        (["set", "nosuch", "fwmark", "1"], ""),
        (["addconf", "wg0", "/dev/stdin"], $"""
            [Interface]
            FwMark = 0x10
            [Peer]
            PublicKey = {One}
            PresharedKey = {Psk}
            AllowedIPs = 10.1.0.0/16, 10.2.0.0/16
            Endpoint = 192.0.2.9:9
            PersistentKeepalive = 0
            """),
        (["syncconf", "wg0", "/dev/stdin"], $"""
            [Interface]
            PrivateKey = {PrivateKey}
            ListenPort = 51820
            [Peer]
            PublicKey = {One}
            AllowedIPs = 10.3.0.0/16
            [Peer]
            PublicKey = {Three}
            AllowedIPs = 10.4.0.0/16
            """),
        (["setconf", "wg0", "/dev/stdin"], $"""
            [Interface]
            PrivateKey = {Psk}
            ListenPort = 51822
            [Peer]
            PublicKey = {Three}
            PresharedKey = {Psk}
            AllowedIPs = ::/1
            [Peer]
            PublicKey = {Two}
            Endpoint = 192.0.2.1:1
            """),
        (["setconf", "wg0", "/dev/stdin"], $"""
            [Interface]
            ListenPort = 51822
            [Peer]
            PublicKey = {Three}
            """),
        (["setconf", "wg0", "/dev/stdin"], "[Interface]\nPrivateKey = none\n"),
        (["set", "wg0", "fwmark", "off"], ""),
        (["set", "wg0", "private-key", "/dev/null"], ""),
    ];

    [Fact]
    public async Task It_prints_what_it_prints_for_wireguard_go()
    {
        await using var room = TunnelRoom.Open();
        using var space = NetworkNamespace.Create();
        await using var go = await WireGuardGo.StartAsync(space, "wg0");
        var ours = new WgTool(room.Space, room.Directory.FullName);
        string[] last = [];
        foreach (var (command, input) in Steps)
        {
            last = command;
            await CompareAsync(command, input);
            foreach (var show in Shows) await CompareAsync(show, "");
        }

        async Task CompareAsync(string[] command, string input)
        {
            var both = await Task.WhenAll(go.Tool.RunAsync(input, ["wg", .. command]),
                ours.RunAsync(input, ["wg", .. command]));
            var (theirs, our) = (both[0], both[1]);
            var what = $"wg {string.Join(' ', command)}\n";
            var expected = $"{what}{theirs.Code}\n{theirs.Error}{InOrder(theirs.Output)}";
            var actual = $"{what}{our.Code}\n{our.Error}{InOrder(our.Output)}";
            Assert.True(expected == actual,
                $"After {string.Join(' ', last)}, with wireguard-go:\n{expected}\nwith ours:\n{actual}");
        }
    }

    [Fact]
    public async Task Both_ends_of_a_session_agree_on_its_figures()
    {
        await using var room = TunnelRoom.Open();
        await using var go = await WireGuardGo.StartAsync(room.Space, "wg1");
        var ours = new WgTool(room.Space, room.Directory.FullName);
        using var ourKey = Secret.GeneratePrivateKey();
        using var theirKey = Secret.GeneratePrivateKey();
        await RunAsync(ours, "", "sh", "-c", "ip link set lo up && ip link set wg0 up && ip link set wg1 up");
        await RunAsync(go.Tool, theirKey.ToBase64(), "wg", "set", "wg1", "listen-port", "5002",
            "private-key", "/dev/stdin", "peer", ourKey.DerivePublicKey().ToString(), "allowed-ips", "10.0.0.1/32");
        await RunAsync(ours, ourKey.ToBase64(), "wg", "set", "wg0", "listen-port", "5001", "private-key", "/dev/stdin",
            "peer", theirKey.DerivePublicKey().ToString(), "endpoint", "127.0.0.1:5002", "persistent-keepalive", "1");

        await UntilAsync(async () => await AskAsync(go.Tool, "wg1", "latest-handshakes") is not ["0"]
            && await AskAsync(ours, "wg0", "latest-handshakes") is not ["0"]);
        Assert.Equal(["127.0.0.1:5001"], await AskAsync(go.Tool, "wg1", "endpoints"));
        await RunAsync(ours, "", "wg", "set", "wg0", "peer", theirKey.DerivePublicKey().ToString(),
            "persistent-keepalive", "0");
        await UntilAsync(async () =>
            await AskAsync(go.Tool, "wg1", "transfer") is [var received, var sent] && received != "0"
            && await AskAsync(ours, "wg0", "transfer") is [var r, var s] && (r, s) == (sent, received));

        static async Task<string[]> AskAsync(WgTool tool, string name, string what) =>
            (await RunAsync(tool, "", "wg", "show", name, what)).TrimEnd('\n').Split('\t')[1..];

        static async Task<string> RunAsync(WgTool tool, string input, params string[] command)
        {
            var (code, output, error) = await tool.RunAsync(input, command);
            Assert.True(code == 0, error);
            return output;
        }

        static async Task UntilAsync(Func<Task<bool>> condition)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!await condition()) await Task.Delay(20, deadline.Token);
        }
    }

    /// <summary>
    /// wireguard-go tells its peers in random order: blocks, or lines where there are no blocks, are sorted. <c>show
    /// all</c> names the device only in front of the first peer, whichever that is.
    /// </summary>
    private static string InOrder(string text)
    {
        var hasBlocks = text.Contains("\n\n", StringComparison.Ordinal)
            || text.Contains("[Peer]", StringComparison.Ordinal);
        var mark = hasBlocks ? "\n\n" : "\n";
        text = text.TrimEnd('\n').Replace("wg0\t", "", StringComparison.Ordinal);
        return string.Join(mark, text.Split(mark).Order(StringComparer.Ordinal));
    }
}
