using System.Text.Json;
using Holdfast.Control;

namespace Holdfast.Tests.Api;

/// <summary>What programs read: a name that changes here breaks somebody.</summary>
public sealed class ControlJsonTests
{
    private static readonly TunnelStatus Whole = new()
    {
        Name = "hf0",
        PublicKey = "own",
        ListenPort = 51820,
        FwMark = 51820,
        Mtu = 1420,
        Pid = 7,
        Version = "0.1.0",
        Ciphers = new Dictionary<string, string> { ["aes-256-gcm"] = "OpenSSL 3.0.19" },
        Since = new DateTimeOffset(2026, 11, 21, 4, 5, 6, TimeSpan.Zero),
        File = "/etc/wireguard/hf0.conf",
        PacketsFromHost = 1,
        PacketsToHost = 2,
        HeapBytes = 11,
        Drops = new Dictionary<string, long> { ["bad-mac"] = 3 },
        Peers =
        [
            new PeerStatus
            {
                Name = "hub",
                PublicKey = "peer",
                HasPresharedKey = true,
                Endpoint = "192.0.2.1:51820",
                ConfiguredEndpoints = ["hub.example.org:51820"],
                LocalAddress = "192.0.2.2",
                AllowedIps = ["10.7.0.0/24", "fd07::/64"],
                LatestHandshake = new DateTimeOffset(2026, 11, 21, 5, 0, 0, 250, TimeSpan.Zero),
                Handshakes = 4,
                UnansweredInitiations = 5,
                HasSession = true,
                Cipher = "aes-256-gcm",
                ReceivedBytes = 6,
                SentBytes = 7,
                ReceivedPackets = 8,
                SentPackets = 9,
                PersistentKeepalive = 25,
                Paths =
                [
                    new PathStatus
                    {
                        Id = 1,
                        Uplink = "wwan0",
                        LocalAddress = "192.0.2.3",
                        Endpoint = "192.0.2.1:51820",
                        State = "up",
                        Cause = "a probe was answered",
                        Choice = "the quickest",
                        Since = new DateTimeOffset(2026, 11, 21, 5, 1, 0, TimeSpan.Zero),
                        Carries = true,
                        RoundTripMilliseconds = 20.5,
                        JitterMilliseconds = 0.5,
                        Rate = 17,
                        SentPackets = 12,
                        SentBytes = 13,
                        Share = 0.25,
                        SentAgain = 14,
                        Lost = 15,
                        LostOf = 16,
                        LostFrom = 18,
                        LostFromOf = 19,
                        IsBackup = true,
                        IsMetered = true,
                        Rests = true,
                        Wish = "drained",
                    },
                ],
                Drops = new Dictionary<string, long> { ["replayed"] = 10 },
            },
        ],
    };

    private const string WholeText = """
        {"name":"hf0","public_key":"own","listen_port":51820,"fwmark":51820,"mtu":1420,"pid":7,"version":"0.1.0",
        "ciphers":{"aes-256-gcm":"OpenSSL 3.0.19"},"since":"2026-11-21T04:05:06+00:00","file":"/etc/wireguard/hf0.conf","heap_bytes":11,"packets_from_host":1,
        "packets_to_host":2,"drops":{"bad-mac":3},"peers":[{"name":"hub","public_key":"peer","has_preshared_key":true,
        "endpoint":"192.0.2.1:51820","endpoints":["hub.example.org:51820"],"local_address":"192.0.2.2",
        "allowed_ips":["10.7.0.0/24","fd07::/64"],"latest_handshake":"2026-11-21T05:00:00.25+00:00","handshakes":4,
        "unanswered_initiations":5,"has_session":true,"cipher":"aes-256-gcm","received_bytes":6,"sent_bytes":7,"received_packets":8,
        "sent_packets":9,"keepalive":25,"paths":[{"id":1,"uplink":"wwan0","local_address":"192.0.2.3",
        "endpoint":"192.0.2.1:51820","state":"up","cause":"a probe was answered","choice":"the quickest","since":"2026-11-21T05:01:00+00:00",
        "carries":true,"round_trip_ms":20.5,"jitter_ms":0.5,"rate_bits_per_second":17,"sent_packets":12,"sent_bytes":13,"share":0.25,"sent_again":14,"lost":15,
        "lost_of":16,"lost_from":18,"lost_from_of":19,"backup":true,"metered":true,"rests":true,"wish":"drained"}],"drops":{"replayed":10}}]}
        """;

    private const string EmptyText = """
        {"name":"hf0","public_key":null,"listen_port":0,"fwmark":0,"mtu":null,"pid":0,"version":"","ciphers":{},
        "since":"0001-01-01T00:00:00+00:00","file":null,"heap_bytes":0,"packets_from_host":0,"packets_to_host":0,
        "drops":{},"peers":[
        {"name":null,"public_key":"peer","has_preshared_key":false,"endpoint":null,"endpoints":[],"local_address":null,
        "allowed_ips":[],"latest_handshake":null,"handshakes":0,"unanswered_initiations":0,"has_session":false,"cipher":null,
        "received_bytes":0,"sent_bytes":0,"received_packets":0,"sent_packets":0,"keepalive":0,"paths":[],"drops":{}}]}
        """;

    [Fact]
    public void A_status_has_these_names() => Assert.Equal(Line(WholeText), Text(Whole));

    [Fact]
    public void Nothing_is_left_out() => Assert.Equal(Line(EmptyText),
        Text(new TunnelStatus { Name = "hf0", Version = "", Peers = [new PeerStatus { PublicKey = "peer" }] }));

    [Fact]
    public void A_status_comes_back() =>
        Assert.Equal(Line(WholeText),
            Text(JsonSerializer.Deserialize(Text(Whole), ControlJson.Default.TunnelStatus)!));

    [Fact]
    public void Requests_and_replies_have_these_names()
    {
        Assert.Equal("""{"verb":"status"}""",
            JsonSerializer.Serialize(new ControlRequest { Verb = ControlVerbs.Status },
                ControlJson.Default.ControlRequest));
        Assert.Equal("""{"ok":true}""", Text(new ControlReply { Ok = true }));
        Assert.Equal("""{"ok":false,"error":"why","code":"failed"}""",
            Text(ControlReply.Refused(ControlCodes.Failed, "why")));
        Assert.StartsWith("""{"ok":true,"status":{"name":"hf0",""",
            Text(new ControlReply { Ok = true, Status = Whole }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_uplink_has_these_names() => Assert.Equal(Line("""
        {"ok":true,"uplinks":[{"interface":"wwan0","interface_index":3,"up":false,"reason":"no carrier",
        "since":"2026-11-21T04:05:06+00:00","addresses":["192.0.2.2"],"gateway_v4":"192.0.2.1","gateway_v6":null,"weight":50,
        "metered":true,"backup":false,"listed":true,"bound":false,"warning":null}]}
        """), Text(new ControlReply
    {
        Ok = true,
        Uplinks =
        [
            new UplinkStatus
            {
                Interface = "wwan0",
                InterfaceIndex = 3,
                Reason = "no carrier",
                Since = Whole.Since,
                Addresses = ["192.0.2.2"],
                GatewayV4 = "192.0.2.1",
                Weight = 50,
                Metered = true,
                Listed = true,
            },
        ],
    }));

    [Fact]
    public void An_event_has_these_names() => Assert.Equal(Line("""
        {"ok":true,"log":{"engine":"7-1764000000000","last":9,"missed":2,"events":[{"time":"2026-11-21T04:05:06+00:00",
        "monotonic_ms":12.5,"engine":"7-1764000000000","sequence":9,"level":"info","part":"path","event":"path-changed",
        "tunnel":"hf0","peer":"hub","public_key":"key","uplink":"wwan0","endpoint":"192.0.2.1:51820","from":"up","to":"down",
        "cause":"the uplink is lost","text":"all of it"}]}}
        """), Text(new ControlReply
    {
        Ok = true,
        Log = new EventPage
        {
            Engine = "7-1764000000000",
            Last = 9,
            Missed = 2,
            Events =
            [
                new EngineEvent
                {
                    Time = Whole.Since,
                    MonotonicMilliseconds = 12.5,
                    Engine = "7-1764000000000",
                    Sequence = 9,
                    Level = "info",
                    Part = "path",
                    Event = "path-changed",
                    Tunnel = "hf0",
                    Peer = "hub",
                    PublicKey = "key",
                    Uplink = "wwan0",
                    Endpoint = "192.0.2.1:51820",
                    From = "up",
                    To = "down",
                    Cause = "the uplink is lost",
                    Text = "all of it",
                },
            ],
        },
    }));

    [Fact]
    public void A_question_for_events_has_these_names() => Assert.Equal(
        """{"verb":"log","engine":"7-7","after":3,"wait":true}""",
        JsonSerializer.Serialize(new ControlRequest { Verb = ControlVerbs.Log, Engine = "7-7", After = 3, Wait = true },
            ControlJson.Default.ControlRequest));

    [Fact]
    public void Keys_of_a_later_version_are_passed_over() =>
        Assert.True(JsonSerializer.Deserialize("""{"ok":true,"later":{"a":[1]}}""",
            ControlJson.Default.ControlReply)!.Ok);

    [Theory]
    [InlineData("null")]
    [InlineData("""{"ok":true,"status":{"name":null,"version":"1"}}""")]
    [InlineData("""{"ok":true,"status":{"name":"hf0","version":null}}""")]
    [InlineData("""{"ok":true,"status":{"name":"hf0","version":"1","drops":null}}""")]
    [InlineData("""{"ok":true,"status":{"name":"hf0","version":"1","peers":null}}""")]
    [InlineData("""{"ok":true,"status":{"name":"hf0","version":"1","peers":[null]}}""")]
    [InlineData("""{"ok":true,"status":{"name":"hf0","version":"1","peers":[{"public_key":null}]}}""")]
    [InlineData("""{"ok":true,"status":{"name":"hf0","version":"1","peers":[{"public_key":"p","allowed_ips":[null]}]}}""")]
    [InlineData("""{"ok":true,"status":{"name":"hf0","version":"1","peers":[{"public_key":"p","endpoints":null}]}}""")]
    [InlineData("""{"ok":true,"status":{"name":"hf0","version":"1","peers":[{"public_key":"p","endpoints":[null]}]}}""")]
    [InlineData("""{"ok":true,"uplinks":[null]}""")]
    [InlineData("""{"ok":true,"log":{"engine":null}}""")]
    [InlineData("""{"ok":true,"log":{"engine":"7","events":[null]}}""")]
    [InlineData("""{"ok":true,"log":{"engine":"7","events":[{"level":"info","part":"path","event":"e","text":null}]}}""")]
    [InlineData("""{"ok":true,"uplinks":[{"interface":null}]}""")]
    [InlineData("""{"ok":true,"uplinks":[{"interface":"a","addresses":[null]}]}""")]
    public void A_reply_with_parts_missing_is_none(string text) =>
        Assert.Throws<JsonException>(() => ControlClient.Read(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("null")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":"hf0","sysctls":null}""")]
    [InlineData("""{"name":"hf0","sysctls":{"a":null}}""")]
    [InlineData("""{"name":"hf0","tables":null}""")]
    [InlineData("""{"name":"hf0","tables":[null]}""")]
    public void A_run_record_with_parts_missing_is_none(string text) =>
        Assert.Null(RunRecord.Parse(System.Text.Encoding.UTF8.GetBytes(text)));

    private static string Line(string text) => text.ReplaceLineEndings("");

    private static string Text(TunnelStatus status) =>
        JsonSerializer.Serialize(status, ControlJson.Default.TunnelStatus);

    private static string Text(ControlReply reply) =>
        JsonSerializer.Serialize(reply, ControlJson.Default.ControlReply);
}
