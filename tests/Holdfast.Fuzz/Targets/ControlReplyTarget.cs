using System.Text.Json;
using Holdfast.Control;
using Holdfast.Rendering;

namespace Holdfast.Fuzz.Targets;

/// <summary>An engine's answer, as `status` reads and shows it: of any version, or of something else that listens there.</summary>
internal sealed class ControlReplyTarget : Target
{
    private static readonly DateTimeOffset Moment = DateTimeOffset.UnixEpoch.AddYears(56);

    internal override string Name => "control-reply";

    internal override IEnumerable<byte[]> Dictionary => Text.Words(
        "\"ok\":true", "\"error\":", "\"code\":", "\"status\":", "\"name\":", "\"version\":", "\"peers\":", "\"drops\":", "\"public_key\":",
        "\"endpoints\":", "\"allowed_ips\":", "\"since\":", "\"latest_handshake\":", "null", "{", "}", "[", "]", "[null]", "{\"a\":1}", ":", ",", "\"",
        "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"", "9223372036854775807", "-1", "1e9", "\\u001b[2J", "\\ud800");

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            var peer = new PeerStatus
            {
                Name = "hub",
                PublicKey = ConfigCheck.PublicKey,
                Endpoint = "192.0.2.1:51820",
                ConfiguredEndpoints = ["hub.example.org:51820"],
                AllowedIps = ["10.7.0.0/24"],
                LatestHandshake = Moment,
                Drops = new Dictionary<string, long> { ["forged"] = 3 },
                UnansweredInitiations = 2,
                HasSession = true,
                PersistentKeepalive = 25,
                LocalAddress = "192.0.2.2",
                ReceivedBytes = 5_000_000,
            };
            var status = new TunnelStatus
            {
                Name = "hf0",
                Version = "0.1.0",
                PublicKey = ConfigCheck.Key,
                Since = Moment,
                File = "/etc/holdfast/hf0.conf",
                Mtu = 1420,
                Drops = new Dictionary<string, long> { ["bad-mac"] = 1 },
                Peers = [peer],
            };
            yield return JsonSerializer.SerializeToUtf8Bytes(new ControlReply { Ok = true, Status = status }, ControlJson.Default.ControlReply);
            yield return JsonSerializer.SerializeToUtf8Bytes(ControlReply.Refused("x", "y"), ControlJson.Default.ControlReply);
        }
    }

    internal override void Read(ReadOnlySpan<byte> input)
    {
        ControlReply reply;
        try
        {
            reply = ControlClient.Read(input);
        }
        catch (JsonException)
        {
            return;
        }
        if (reply.Status is not { } status) return;
        var text = StatusText.Of([status], Moment, RenderStyle.Plain);
        Require(!text.Any(c => char.IsControl(c) && c != '\n'), "what an engine says moves the terminal's cursor");
        StatusText.Of([status], Moment, new RenderStyle(Colour: true, Width: 40));
    }
}
