using System.Buffers.Binary;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// A tunnel with a session, an outstanding initiation and a peer that it never heard of, always the same to the last bit, so that
/// a valid message in the corpus stays valid.
/// </summary>
internal sealed class TunnelRoom : IDisposable
{
    private const long Wall = 1_700_000_000_000_000_000;

    private readonly FixedRandom _random = new(1);
    private readonly byte[] _cookie = new byte[Message.MacBytes];
    private readonly byte[] _macKey = new byte[32];

    internal TunnelRoom()
    {
        (Victim, Friend, Server, Stranger) = (new(1, _random), new(2, _random), new(3, _random), new(4, _random));
        OfFriend = Victim.Add(Friend, presharedKey: Psk(), prefixes: ["10.1.0.0/16", "fd01::/32"]);
        OfServer = Victim.Add(Server, prefixes: ["10.2.0.0/16", "fd02::/32"]);
        OfStranger = Victim.Add(Stranger, reachable: false, prefixes: ["0.0.0.0/0", "::/0"]);
        ToVictim = Friend.Add(Victim, presharedKey: Psk(), prefixes: ["0.0.0.0/0", "::/0"]);
        Server.Add(Victim, prefixes: ["0.0.0.0/0", "::/0"]);
        Blake2s.Hash(Identity.Mac1Label, Victim.Key.Bytes, _macKey);

        Friend.Tunnel.Greet(ToVictim, Now);
        Victim.Take(Friend, Now);
        Friend.Take(Victim, Now);
        Victim.Take(Friend, Now);
        Mono += TimeSpan.FromSeconds(7);
        Victim.Tunnel.Greet(OfServer, Now); // stays unanswered
    }

    internal TunnelEnd Victim { get; }
    internal TunnelEnd Friend { get; }
    internal TunnelEnd Server { get; }
    internal TunnelEnd Stranger { get; }

    /// <summary>The peers as the victim has them: one with a session, one that is asked for one, one without an endpoint.</summary>
    internal Peer OfFriend { get; }
    internal Peer OfServer { get; }
    internal Peer OfStranger { get; }

    /// <summary>The victim as its friend has it.</summary>
    internal Peer ToVictim { get; }

    internal MonoTime Mono { get; set; } = new(5_000_000_000);

    internal Now Now => new(Mono, Wall + Mono.Nanoseconds);

    /// <summary>Whether its sessions will soon be too old.</summary>
    internal bool IsOld => Mono.Nanoseconds > 100_000_000_000;

    internal ReadOnlySpan<byte> Cookie => _cookie;

    /// <summary>What would be taken: a packet, an initiation, a response and a cookie reply.</summary>
    internal IEnumerable<byte[]> ValidMessages()
    {
        var initiation = Victim.Datagram.ToArray();
        var packet = new byte[64];
        (packet[0], packet[3], packet[12], packet[13], packet[16], packet[17]) = (0x45, 60, 10, 1, 10, 9);
        Friend.Tunnel.HandlePacket(packet, 60, Now);
        yield return Friend.Datagram.ToArray();

        using var restarted = new TunnelEnd(2, _random);
        var later = Now with { UnixNanoseconds = Now.UnixNanoseconds + 20_000_000_000 };
        restarted.Tunnel.Greet(restarted.Add(Victim, presharedKey: Psk()), later);
        yield return restarted.Datagram.ToArray();

        Server.Take(Victim, Now);
        yield return Server.Datagram.ToArray();

        var reply = new byte[Message.CookieReplyBytes];
        reply[0] = (byte)Message.CookieReply;
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(Message.CookieReplyReceiver), OfServer.Initiation!.LocalIndex);
        XChaCha20Poly1305.Seal(Server.Tunnel.Identity!.CookieKey, reply.AsSpan(Message.CookieReplyNonce, 24), new byte[16],
            initiation.AsSpan(Message.InitiationMac1, Message.MacBytes), reply.AsSpan(Message.CookieReplyCookie));
        yield return reply;
    }

    /// <summary>Sends so many handshake messages that the victim asks for cookies from here on, and takes one.</summary>
    internal void PutUnderLoad(in Endpoint from)
    {
        Span<byte> message = stackalloc byte[Message.ResponseBytes];
        message.Clear();
        message[0] = (byte)Message.Response;
        WriteMac1(message);
        var before = Victim.Datagrams;
        for (var i = 0; i < Limits.HandshakeBurst + 2 && Victim.Datagrams == before; i++)
            Victim.Tunnel.HandleDatagram(message, from, default, Now);
        var reply = Victim.Datagram;
        if (!XChaCha20Poly1305.TryOpen(Victim.Tunnel.Identity!.CookieKey, reply[Message.CookieReplyNonce..Message.CookieReplyCookie],
            reply[Message.CookieReplyCookie..], message.Slice(Message.ResponseMac1, Message.MacBytes), _cookie))
            throw new InvalidOperationException("no cookie");
    }

    /// <summary>Puts the MAC on that anybody can make who knows the victim's public key.</summary>
    internal void WriteMac1(Span<byte> message) => Blake2s.Mac(_macKey, message[..^32], message[^32..^16]);

    /// <summary>Puts the MAC on that a sender can make who has received a cookie.</summary>
    internal void WriteMac2(Span<byte> message) => Blake2s.Mac(_cookie, message[..^16], message[^16..]);

    public void Dispose()
    {
        Victim.Dispose();
        Friend.Dispose();
        Server.Dispose();
        Stranger.Dispose();
    }

    private static Secret Psk() => new("a fixed key that is shared early"u8);
}
