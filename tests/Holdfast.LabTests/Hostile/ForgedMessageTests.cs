using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Crypto;
using Holdfast.LabAgents;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Hostile;

/// <summary>
/// Somebody on the wire who saw a session begin: whatever he makes of its messages is dropped under its name, as `holdfast
/// status` tells, answered to nobody, and changes nothing.
/// </summary>
public sealed class ForgedMessageTests : LabTest
{
    private const uint Initiation = 1, Response = 2, Data = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly IPEndPoint Elsewhere = IPEndPoint.Parse("198.51.100.66:6666");

    private readonly Dictionary<WireSide, Dictionary<string, long>> _expected = new()
    {
        [WireSide.Near] = [],
        [WireSide.Far] = [],
    };

    private Wire _wire = null!;
    private IPEndPoint _sitesEndpoint = null!;

    [Fact]
    public async Task Forged_messages_of_every_type_are_dropped_by_name()
    {
        var lab = await Draw("site =isp= hub");
        _wire = lab.Wire("isp");
        var heard = Overheard.Listen(_wire);
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        // Whoever is elsewhere could be answered.
        await hub.Ip($"route add {Elsewhere.Address} dev {_wire.Far.Interface}");
        await site.Ip($"route add {Elsewhere.Address} dev {_wire.Near.Interface}");
        await hub.Up(WgFile.Hub());
        await site.Up(WgFile.Site(WgFile.At(_wire.Far.V4)));
        await site.Carries(WgFile.HubV4, Patience);
        var initiation = heard.First(m => m.Type == Initiation);
        var response = heard.First(m => m.Type == Response);
        var data = heard.First(m => m.Type == Data && m.To.Equals(initiation.To) && m.Bytes.Length > 32);
        var answer = heard.First(m => m.Type == Data && m.From.Equals(initiation.To));
        _sitesEndpoint = initiation.From;
        heard.Clear();
        var endpoint = (await Status(hub)).Peers.Single().Endpoint;

        ForgeInitiations(initiation);
        ForgeResponses(response);
        ForgeCookieReplies(initiation, response);
        ForgeData(data, answer);

        await Drops(site, WireSide.Near);
        await Drops(hub, WireSide.Far);
        Assert.DoesNotContain(heard, m => m.To.Equals(Elsewhere));
        Assert.Equal(endpoint, (await Status(hub)).Peers.Single().Endpoint);
        await site.Carries(WgFile.HubV4, Patience);
        Assert.Equal(1, (await Status(hub)).Peers.Single().Handshakes);
    }

    [Fact]
    public async Task A_peer_that_sends_in_the_name_of_another_is_not_heard()
    {
        var lab = await Draw("site =isp= hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        await hub.Up(WgFile.Hub());
        await site.Up(WgFile.Site(WgFile.At(lab.Wire("isp").Far.V4)));
        await site.Carries(WgFile.HubV4, Patience);
        await site.Ip("address add 10.9.9.9/32 dev lo");
        await site.Run(RunOptions.Usual with { MayFail = true }, "ping", "-c", "3", "-i", "0.1", "-W", "0.1", "-I", "10.9.9.9",
            WgFile.HubV4);
        var status = await Eventually.Gives(() => Status(hub), s => s.Drops.GetValueOrDefault("wrong-source") == 3, Patience,
            "the hub to drop what came in another's name");
        Assert.Equal(3, status.Peers.Single().Drops["wrong-source"]);
    }

    private void ForgeInitiations(Overheard real)
    {
        foreach (var from in new[] { real.From, Elsewhere })
        {
            Send(WireSide.Far, "stale-timestamp", from, real.Bytes);
            Send(WireSide.Far, "bad-mac", from, Flipped(real.Bytes, 60));
            Send(WireSide.Far, "bad-mac", from, Flipped(real.Bytes, 120));
            Send(WireSide.Far, "forged", from, WithMac(Flipped(real.Bytes, 20), KeyPair.Hub)); // the ephemeral key
            Send(WireSide.Far, "forged", from, WithMac(Flipped(real.Bytes, 60), KeyPair.Hub)); // the static key
            Send(WireSide.Far, "forged", from, WithMac(Flipped(real.Bytes, 100), KeyPair.Hub)); // the timestamp
            Send(WireSide.Far, "unknown-peer", from, Stranger.InitiationTo(Key(KeyPair.Hub)));
            CutAndExtend(WireSide.Far, "malformed", from, real.Bytes);
        }
        Send(WireSide.Near, "bad-mac", new IPEndPoint(IPAddress.Parse(_wire.Far.V4), WgFile.Port), real.Bytes); // reflected
    }

    private void ForgeResponses(Overheard real)
    {
        foreach (var from in new[] { real.From, Elsewhere })
        {
            Send(WireSide.Near, "unexpected-response", from, real.Bytes);
            Send(WireSide.Near, "bad-mac", from, Flipped(real.Bytes, 30));
            Send(WireSide.Near, "unexpected-response", from, WithMac(Flipped(real.Bytes, 30), KeyPair.Site));
            Send(WireSide.Near, "unknown-receiver", from, WithMac(Flipped(real.Bytes, 11), KeyPair.Site));
            CutAndExtend(WireSide.Near, "malformed", from, real.Bytes);
        }
        Send(WireSide.Far, "bad-mac", real.To, real.Bytes); // reflected
    }

    private void ForgeCookieReplies(Overheard initiation, Overheard response)
    {
        foreach (var (side, real) in new[] { (WireSide.Near, initiation), (WireSide.Far, response) })
        {
            var reply = new byte[64];
            Random.Shared.NextBytes(reply);
            BinaryPrimitives.WriteUInt32LittleEndian(reply, 3);
            real.Bytes.AsSpan(4, 4).CopyTo(reply.AsSpan(4)); // the sender's index of the message that it would answer
            Send(side, "forged", real.To, reply);
            Send(side, "forged", Elsewhere, reply);
            Send(side, "unknown-receiver", Elsewhere, Flipped(reply, 7));
            CutAndExtend(side, "malformed", Elsewhere, reply);
        }
    }

    private void ForgeData(Overheard data, Overheard answer)
    {
        foreach (var from in new[] { data.From, Elsewhere })
        {
            Send(WireSide.Far, "replayed", from, data.Bytes);
            Send(WireSide.Far, "malformed", from, Flipped(data.Bytes, 0));
            Send(WireSide.Far, "unknown-receiver", from, Flipped(data.Bytes, 7));
            Send(WireSide.Far, "forged", from, Flipped(data.Bytes, 9)); // the counter
            Send(WireSide.Far, "key-expired", from, WithCounter(data.Bytes, ulong.MaxValue));
            Send(WireSide.Far, "forged", from, WithCounter(Flipped(data.Bytes, 20), 1000));
            Send(WireSide.Far, "malformed", from, data.Bytes[..31]);
            Send(WireSide.Far, "forged", from, WithCounter(data.Bytes[..^1], 1000));
            Send(WireSide.Far, "forged", from, WithCounter([.. data.Bytes, .. new byte[1000]], 1000));
        }
        Send(WireSide.Far, "unknown-receiver", answer.To, answer.Bytes); // reflected
    }

    private void CutAndExtend(WireSide side, string drop, IPEndPoint from, byte[] real)
    {
        foreach (var length in new[] { 4, 16, 31, 32, real.Length - 1 })
            Send(side, drop, from, real[..length]);
        Send(side, drop, from, [.. real, 0]);
        Send(side, drop, from, [.. real, .. new byte[1200]]);
    }

    private void Send(WireSide side, string drop, IPEndPoint from, byte[] bytes)
    {
        var to = side == WireSide.Far ? new IPEndPoint(IPAddress.Parse(_wire.Far.V4), WgFile.Port) : _sitesEndpoint;
        _wire.Inject(side, Packets.Udp(from, to, bytes));
        _expected[side][drop] = _expected[side].GetValueOrDefault(drop) + 1;
    }

    private async Task Drops(Host host, WireSide side)
    {
        var expected = Text(_expected[side]);
        await Eventually.Gives(async () => Text(OfStrangers(await Status(host))), shown => shown == expected, Patience,
            $"{host.Name} to have dropped {expected}");
    }

    private static string Text(IEnumerable<KeyValuePair<string, long>> drops)
        => string.Join(", ", drops.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Value} {d.Key}"));

    // The host's own multicast finds no peer.
    private static IEnumerable<KeyValuePair<string, long>> OfStrangers(TunnelStatus status)
        => status.Drops.Where(d => d.Key != "no-peer");

    private static async Task<TunnelStatus> Status(Host host)
        => JsonSerializer.Deserialize((await host.Holdfast("status", "wg0", "--json")).Output,
            ControlJson.Default.TunnelStatus)!;

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 0x40;
        return copy;
    }

    private static byte[] WithCounter(byte[] data, ulong counter)
    {
        var copy = data.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(copy.AsSpan(8), counter);
        return copy;
    }

    /// <summary>The first MAC, which needs nothing but the receiver's public key (paper 5.4.4).</summary>
    private static byte[] WithMac(byte[] message, KeyPair receiver)
    {
        Span<byte> key = stackalloc byte[32];
        Blake2s.Hash("mac1----"u8, Key(receiver).Bytes, key);
        Blake2s.Mac(key, message.AsSpan(0, message.Length - 32), message.AsSpan(message.Length - 32, 16));
        return message;
    }

    private static PublicKey Key(KeyPair pair)
    {
        Assert.True(PublicKey.TryParse(pair.Public, out var key));
        return key;
    }
}
