using Holdfast.Control;
using Holdfast.Rendering;

namespace Holdfast.Tests.Cli;

public sealed class StatusTextTests
{
    private const string Key = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
    private const string Other = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly PeerStatus Hub = new()
    {
        Name = "hub",
        PublicKey = Key,
        HasPresharedKey = true,
        Endpoint = "192.0.2.1:51820",
        ConfiguredEndpoints = ["hub.example.org:51820"],
        LocalAddress = "192.0.2.2",
        AllowedIps = ["10.7.0.0/24", "fd07::/64"],
        LatestHandshake = Now.AddSeconds(-63),
        Handshakes = 4,
        HasSession = true,
        ReceivedBytes = 1229,
        SentBytes = 148,
        ReceivedPackets = 8,
        SentPackets = 9,
        PersistentKeepalive = 25,
        Drops = new Dictionary<string, long> { ["replayed"] = 10, ["forged"] = 1 },
    };

    private static readonly TunnelStatus Tunnel = new()
    {
        Name = "hf0",
        PublicKey = Other,
        ListenPort = 51820,
        FwMark = 0xca6c,
        Mtu = 1420,
        Pid = 7,
        Version = "0.1.0",
        Ciphers = new Dictionary<string, string> { ["chacha20-poly1305"] = "OpenSSL 3.0.19", ["aes-256-gcm"] = "another 1.3.0" },
        Since = Now.AddMinutes(-90),
        File = "/etc/wireguard/hf0.conf",
        PacketsFromHost = 1,
        PacketsToHost = 2,
        Drops = new Dictionary<string, long> { ["bad-mac"] = 3 },
        Peers = [new PeerStatus { PublicKey = Other }, Hub],
    };

    [Fact]
    public void Everything_is_told() => Assert.Equal($"""
        interface: hf0
          public key: {Other}
          listening port: 51820
          fwmark: 0xca6c
          mtu: 1420
          file: /etc/wireguard/hf0.conf
          running for: 1 hour, 30 minutes
          engine: version 0.1.0, process 7
          ciphers: aes-256-gcm by another 1.3.0, chacha20-poly1305 by OpenSSL 3.0.19
          packets: 1 from the host, 2 to the host
          drops: 3 bad-mac

        peer: hub
          public key: {Key}
          preshared key: (hidden)
          state: up
          endpoint: 192.0.2.1:51820, configured as hub.example.org:51820, reached from 192.0.2.2
          allowed ips: 10.7.0.0/24, fd07::/64
          latest handshake: 1 minute, 3 seconds ago
          transfer: 1.20 KiB received, 148 B sent
          packets: 8 received, 9 sent
          persistent keepalive: every 25 seconds
          drops: 1 forged, 10 replayed

        peer: {Other}
          state: no session yet (waiting for the peer to call)
          endpoint: (none)
          allowed ips: (none)
          latest handshake: (none)
          transfer: 0 B received, 0 B sent
          packets: 0 received, 0 sent

        """, Text(Tunnel));

    [Fact]
    public void Little_is_told_of_a_bare_device() => Assert.Equal("""
        interface: hf0
          public key: (none)
          listening port: 5
          mtu: (unknown: the device is out of sight)
          running for: 0 seconds
          engine: version 1, process 0
          packets: 0 from the host, 0 to the host
          peers: (none)

        """, Text(new TunnelStatus { Name = "hf0", Version = "1", ListenPort = 5, Since = Now }));

    public static TheoryData<string, string> States => new()
    {
        { "up", State(Hub) },
        { "up, but not answering (1 unanswered handshake)", State(Hub with { UnansweredInitiations = 1 }) },
        {
            "not answering (3 unanswered handshakes)",
            State(Hub with { UnansweredInitiations = 3, HasSession = false })
        },
        { "idle (the next packet starts a session)", State(Hub with { HasSession = false }) },
        { "no session yet", State(Hub with { HasSession = false, LatestHandshake = null }) },
        {
            "no session yet (looking up the endpoint)",
            State(Hub with { HasSession = false, LatestHandshake = null, Endpoint = null })
        },
    };

    [Theory, MemberData(nameof(States))]
    public void The_state_is_told_in_words(string expected, string told) => Assert.Equal(expected, told);

    [Fact]
    public void Peers_come_in_the_order_of_their_handshakes()
    {
        var peers = new[] { 500, 3, 70 }
            .Select(s => new PeerStatus { PublicKey = $"{s}", LatestHandshake = Now.AddSeconds(-s) })
            .Append(new() { PublicKey = "never" });
        var lines = Text(Tunnel with { Peers = [.. peers.Reverse()] }).Split('\n');
        Assert.Equal(["peer: 3", "peer: 70", "peer: 500", "peer: never"],
            lines.Where(l => l.StartsWith("peer:", StringComparison.Ordinal)));
    }

    [Fact]
    public void Tunnels_stand_apart() => Assert.Contains("\n\ninterface: hf1\n",
        StatusText.Of([Tunnel, Tunnel with { Name = "hf1" }], Now, RenderStyle.Plain), StringComparison.Ordinal);

    [Fact]
    public void A_narrow_terminal_gets_lists_in_several_lines() => Assert.Equal("""
          endpoint: 192.0.2.1:51820,
            configured as hub.example.org:51820,
            reached from 192.0.2.2
          allowed ips: 10.7.0.0/24, fd07::/64
        """, string.Join('\n', StatusText.Of([Tunnel], Now, new RenderStyle(false, 40)).Split('\n')
            .SkipWhile(l => !l.StartsWith("  endpoint", StringComparison.Ordinal)).Take(4)));

    [Theory, InlineData(1), InlineData(20), InlineData(80), InlineData(200)]
    public void No_width_loses_a_word(int width)
    {
        var words = (string text) => text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(words(Text(Tunnel)), words(StatusText.Of([Tunnel], Now, new RenderStyle(false, width))));
    }

    [Fact]
    public void Colours_only_adorn()
    {
        var painted = StatusText.Of([Tunnel], Now, new RenderStyle(true, null));
        Assert.Contains("\e[32mup\e[0m", painted, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', Text(Tunnel));
        Assert.Equal(Text(Tunnel), System.Text.RegularExpressions.Regex.Replace(painted, "\e\\[[0-9]+m", ""));
    }

    [Fact]
    public void What_a_terminal_would_obey_is_not_passed_on()
    {
        var text = Text(Tunnel with { File = "/tmp/\e[2J\nx", Peers = [Hub with { Name = "a\u009bb\r" }] });
        Assert.Contains("file: /tmp/?[2J?x\n", text, StringComparison.Ordinal);
        Assert.Contains("peer: a?b?\n", text, StringComparison.Ordinal);
    }

    private static string Text(TunnelStatus tunnel) => StatusText.Of([tunnel], Now, RenderStyle.Plain);

    private static string State(PeerStatus peer) => Text(Tunnel with { Peers = [peer] }).Split('\n')
        .Single(l => l.StartsWith("  state: ", StringComparison.Ordinal))["  state: ".Length..];
}
