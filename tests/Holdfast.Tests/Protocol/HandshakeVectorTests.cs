using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;

namespace Holdfast.Tests.Protocol;

/// <summary>
/// A handshake with fixed keys, byte for byte. The expected bytes come from an implementation of the paper in Python that
/// shares nothing with this one (its own X25519, ChaCha20 and Poly1305, hashlib's BLAKE2s).
/// </summary>
public sealed class HandshakeVectorTests
{
    private const string Initiation =
        "0100000000121314883186b800b41d5cf0429695da9b3cc4f328ebcd184a6e482fa578c103f06c77fa6ff1a71203eaf3"
        + "05dc6260f1911ba7d914db25d127ce39ef62f6c6467fb8a777377a28376c744882e58802dabbe0882d2440df1460a78f"
        + "48929ae06174ac89b6c05bd8bc7550fbc5715ce7b30d2d85f675ee09c75d0781fabd4e59000000000000000000000000"
        + "00000000";

    private const string Response =
        "0200000020222324001213143a553d74792d727efa9b9a4cde3da1ad93f1a2d0c09cb639b1a3c0fda14cbe24fca55a14"
        + "a6066078ff5b8c8fd72bd0772974af35c47b26ad848abe0c964bf96500000000000000000000000000000000";

    private const string FirstFromInitiator =
        "0400000020222324000000000000000053e2ff005057593beac54d7c33e26151d20fcbdf1e9e54536bac97477701090d"
        + "e784ddec08c50771ddad75a6291c177e";

    private const string FirstFromResponder =
        "040000000012131400000000000000004903f71f14a0957fe52d19cbed5ead7b3320d44184981b013e13782b3f049d90"
        + "775e3e0bfaef618bea988caa61e4cfed";

    private const string KeyedResponse =
        "0200000020222324001213143a553d74792d727efa9b9a4cde3da1ad93f1a2d0c09cb639b1a3c0fda14cbe24ad37c426"
        + "4530a47a41494df3cd42c8dd08e8a44e8d67af2349683fb289e5c91e00000000000000000000000000000000";

    private const string KeyedFromInitiator =
        "0400000020222324000000000000000067023c1482f52e2475de0dfd911414db1840f5bd10cf673fa99a2acbf2bf3b80"
        + "968233509a15c3287e99fa41a56d29ac";

    private const string KeyedFromResponder =
        "04000000001213140000000000000000dd4b5b7b0ba338ec1ed0e347d15337083dfcb261efa872f5a0c9e86822f90dc1"
        + "4525a9786891088b2b503a3d3acffa7c";

    private const string CookieReply =
        "0300000000121314202122232425262728292a2b2c2d2e2f303132333435363785a722db2bc427d2de9aa8be2d039856"
        + "964ca16467ab97f7f7bda4d71c33db36";

    private const string Cookie =
        "3f0b1a600bf4ea5c85a295df197a67e9";

    private static readonly Now Moment = new(new MonoTime(1_000_000_000), 1_700_000_000_123_456_789);

    private readonly TestEnd _initiator = new(1, new ScriptedRandom(1, 129, index: 0x11));
    private readonly TestEnd _responder = new(2, new ScriptedRandom(65, 193, index: 0x21));

    [Theory]
    [InlineData(false, Response, FirstFromInitiator, FirstFromResponder)]
    [InlineData(true, KeyedResponse, KeyedFromInitiator, KeyedFromResponder)]
    public void A_handshake_and_the_first_data(
        bool presharedKey, string response, string fromInitiator, string fromResponder)
    {
        var (peer, back) = (_initiator.Add(_responder), _responder.Add(_initiator, knowsAddress: false));
        if (presharedKey)
        {
            peer.SetPresharedKey(new Secret(Bytes(80, 32)));
            back.SetPresharedKey(new Secret(Bytes(80, 32)));
        }
        Assert.Equal(Drop.None, Offer(_initiator, 1, 2));
        Pass(_initiator, Initiation, _responder);
        Pass(_responder, response, _initiator);
        Pass(_initiator, fromInitiator, _responder);
        Assert.Equal(Drop.None, Offer(_responder, 2, 1));
        Pass(_responder, fromResponder, _initiator);
        Assert.Equal("holdfast"u8, _responder.Packets.Single().Bytes.AsSpan(20));
        Assert.Equal("holdfast"u8, _initiator.Packets.Single().Bytes.AsSpan(20));
        Assert.Empty(_initiator.Out);
        Assert.Empty(_responder.Out);
    }

    [Fact]
    public void Two_ends_agree_on_a_cipher_as_the_page_of_the_protocol_says()
    {
        var page = VectorsOf(Repository.Read("docs/protocol.md"));
        (_initiator.Tunnel.Offers, _responder.Tunnel.Offers) = (Capabilities.Aes256Gcm, Capabilities.Aes256Gcm);
        _initiator.Add(_responder);
        _responder.Add(_initiator, knowsAddress: false);
        Assert.Equal(Drop.None, Offer(_initiator, 1, 2));
        Pass(_initiator, page["initiation"], _responder);
        Pass(_responder, page["response"], _initiator);
        Pass(_initiator, page["packet from the initiator, ChaCha20-Poly1305"], _responder);
        Pass(_responder, page["hello from the responder"], _initiator);
        Pass(_initiator, page["the initiator's answer"], _responder);
        Assert.Equal(Drop.None, Offer(_responder, 2, 1));
        Pass(_responder, page["packet from the responder"], _initiator);
        Assert.Equal(Drop.None, Offer(_initiator, 1, 2));
        Pass(_initiator, page["packet from the initiator"], _responder);
        Assert.Equal((2, 1), (_responder.Packets.Count, _initiator.Packets.Count));

        var (first, second) = (new byte[Kdf.Bytes], new byte[Kdf.Bytes]);
        Kdf.Derive(Convert.FromHexString(page["chaining key at the end"]), "Holdfast v1 AES-256-GCM"u8, first, second);
        Assert.Equal(page["initiator's key for sending"], Convert.ToHexStringLower(first));
        Assert.Equal(page["responder's key for sending"], Convert.ToHexStringLower(second));
    }

    [Fact]
    public void A_cookie_and_its_use()
    {
        _initiator.Add(_responder);
        Offer(_initiator, 1, 2);
        var initiation = _initiator.TakeOut();
        Drop drop;
        do drop = _responder.Take(initiation, Moment); // from nobody that it knows, until it is under load
        while (drop == Drop.UnknownPeer);
        Assert.Equal(Drop.CookieNeeded, drop);
        Pass(_responder, CookieReply, _initiator);

        _initiator.Tunnel.HandleTimeouts(Moment with { Mono = Moment.Mono + TimeSpan.FromSeconds(6) });
        var again = _initiator.TakeOut().Bytes;
        var mac2 = new byte[16];
        Blake2s.Mac(Convert.FromHexString(Cookie), again.AsSpan(0, again.Length - 16), mac2);
        Assert.Equal(mac2, again[^16..]);
    }

    /// <summary>The block behind "**Vectors.**": a name at the margin, its bytes indented below it.</summary>
    private static Dictionary<string, string> VectorsOf(string page)
    {
        var block = page.Split("**Vectors.**")[1].Split("```text\n")[1].Split("```")[0];
        var (vectors, name) = (new Dictionary<string, string>(), "");
        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] != ' ') vectors.Add(name = line, "");
            else vectors[name] += line.Trim();
        }
        return vectors;
    }

    private static void Pass(TestEnd from, string expected, TestEnd to)
    {
        var datagram = from.TakeOut();
        Assert.Equal(expected, Convert.ToHexStringLower(datagram.Bytes));
        Assert.Equal(Drop.None, to.Take(datagram, Moment));
    }

    private static Drop Offer(TestEnd from, byte source, byte destination)
    {
        byte[] packet =
        [
            0x45, 0, 0, 28, 0, 0, 0, 0, 64, 253, 0, 0, 10, 7, 0, source, 10, 7, 0, destination,
            .. "holdfast"u8, 1, 2, 3, 4, // what is behind the packet must not be sent
        ];
        return from.Tunnel.HandlePacket(packet, 28, Moment);
    }

    private static byte[] Bytes(int first, int count) => [.. Enumerable.Range(first, count).Select(i => (byte)i)];

    /// <summary>Draws what the vectors were made with: first the static key, then the ephemeral one for ever.</summary>
    private sealed class ScriptedRandom(int staticKey, int ephemeral, int index) : IRandomSource
    {
        private bool _hasStatic;

        public void Fill(Span<byte> fill)
        {
            var first = fill.Length switch
            {
                4 => index,
                XChaCha20Poly1305.NonceSize => 32,
                32 when !_hasStatic => staticKey,
                _ => ephemeral,
            };
            _hasStatic |= fill.Length == 32;
            Bytes(first, fill.Length).CopyTo(fill);
        }
    }
}
