using Holdfast.Crypto;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Noise;

/// <summary>Puts the MACs on handshake messages to one peer, and keeps the cookie that the peer last gave us.</summary>
internal sealed class CookieJar
{
    private readonly byte[] _mac1Key = new byte[32];
    private readonly byte[] _cookieKey = new byte[32];
    private readonly byte[] _lastMac1 = new byte[Message.MacBytes];
    private readonly byte[] _cookie = new byte[Message.MacBytes];
    private MonoTime _cookieUntil = MonoTime.LongAgo;
    private bool _awaitsCookie;

    internal CookieJar(in PublicKey peer)
    {
        Blake2s.Hash(Identity.Mac1Label, peer.Bytes, _mac1Key);
        Blake2s.Hash(Identity.CookieLabel, peer.Bytes, _cookieKey);
    }

    /// <summary>Fills the last 32 bytes of a handshake message: mac1, and mac2 or zeros.</summary>
    internal void WriteMacs(Span<byte> message, MonoTime now)
    {
        var mac1 = message.Slice(message.Length - (2 * Message.MacBytes), Message.MacBytes);
        var mac2 = message[^Message.MacBytes..];
        Blake2s.Mac(_mac1Key, message[..^(2 * Message.MacBytes)], mac1);
        mac1.CopyTo(_lastMac1);
        _awaitsCookie = true;

        if (_cookieUntil.Passed(now)) mac2.Clear();
        else Blake2s.Mac(_cookie, message[..^Message.MacBytes], mac2);
    }

    /// <summary>Takes a cookie that answers the last message, at most one for each.</summary>
    internal Drop Take(ReadOnlySpan<byte> reply, MonoTime now)
    {
        if (!_awaitsCookie) return Drop.UnexpectedResponse;
        Span<byte> cookie = stackalloc byte[Message.MacBytes];
        var nonce = reply[Message.CookieReplyNonce..Message.CookieReplyCookie];
        if (!XChaCha20Poly1305.TryOpen(_cookieKey, nonce, reply[Message.CookieReplyCookie..], _lastMac1, cookie))
            return Drop.Forged;
        cookie.CopyTo(_cookie);
        _cookieUntil = now + (Limits.CookieLifetime - Limits.CookieLatency);
        _awaitsCookie = false;
        return Drop.None;
    }
}
