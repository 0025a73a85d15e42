using System.Buffers.Binary;
using System.Security.Cryptography;
using Holdfast.Crypto;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Noise;

/// <summary>
/// Checks the MACs of handshake messages to this end, and makes cookies (paper 5.3 and 5.4.7): a sender under suspicion must
/// show that it receives what is sent to its address. Keeps nothing per sender.
/// </summary>
internal sealed class CookieChecker(IRandomSource random)
{
    private readonly byte[] _secret = new byte[32];
    private MonoTime _secretUntil = MonoTime.LongAgo;

    internal static bool HasMac1(Identity self, ReadOnlySpan<byte> message)
    {
        var covered = message[..^(2 * Message.MacBytes)];
        Span<byte> mac = stackalloc byte[Message.MacBytes];
        Blake2s.Mac(self.Mac1Key, covered, mac);
        return CryptographicOperations.FixedTimeEquals(mac, message.Slice(covered.Length, Message.MacBytes));
    }

    /// <summary>Whether there is a second MAC at all: a sender without a cookie leaves zeros (paper 5.4.4).</summary>
    internal static bool ClaimsCookie(ReadOnlySpan<byte> message) =>
        message[^Message.MacBytes..].ContainsAnyExcept((byte)0);

    /// <summary>Whether the message carries a MAC under the cookie that we would give its source address.</summary>
    internal bool HasMac2(ReadOnlySpan<byte> message, in Endpoint from, MonoTime now)
    {
        if (_secretUntil.Passed(now) || !ClaimsCookie(message)) return false;
        Span<byte> cookie = stackalloc byte[Message.MacBytes];
        Span<byte> mac = stackalloc byte[Message.MacBytes];
        MakeCookie(from, cookie);
        Blake2s.Mac(cookie, message[..^Message.MacBytes], mac);
        return CryptographicOperations.FixedTimeEquals(mac, message[^Message.MacBytes..]);
    }

    /// <summary>Fills a cookie reply to a handshake message: 64 bytes, fewer than any that asks for it.</summary>
    internal void WriteReply(
        Identity self, ReadOnlySpan<byte> message, uint sender, in Endpoint from, MonoTime now, Span<byte> fill)
    {
        if (_secretUntil.Passed(now))
        {
            random.Fill(_secret);
            _secretUntil = now + Limits.CookieLifetime;
        }
        Span<byte> cookie = stackalloc byte[Message.MacBytes];
        MakeCookie(from, cookie);

        BinaryPrimitives.WriteUInt32LittleEndian(fill, Message.CookieReply);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[Message.CookieReplyReceiver..], sender);
        var nonce = fill[Message.CookieReplyNonce..Message.CookieReplyCookie];
        random.Fill(nonce);
        var mac1 = message.Slice(message.Length - (2 * Message.MacBytes), Message.MacBytes);
        XChaCha20Poly1305.Seal(
            self.CookieKey, nonce, cookie, mac1, fill[Message.CookieReplyCookie..Message.CookieReplyBytes]);
    }

    private void MakeCookie(in Endpoint from, Span<byte> fill)
    {
        Span<byte> address = stackalloc byte[18];
        var length = from.WriteForCookie(address);
        Blake2s.Mac(_secret, address[..length], fill);
    }
}
