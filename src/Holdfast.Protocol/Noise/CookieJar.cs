using System.Runtime.CompilerServices;
using Holdfast.Crypto;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Noise;

/// <summary>
/// Puts the MACs on handshake messages to one peer, and keeps the cookie that the peer last gave us. The keys of the MACs are
/// derived when they are needed, which costs less than keeping them for every peer.
/// </summary>
internal struct CookieJar
{
    private Mac _lastMac1;
    private Mac _cookie;
    private MonoTime _cookieUntil; // 0 while there never was one
    private bool _awaitsCookie;

    /// <summary>Fills the last 32 bytes of a handshake message: mac1, and mac2 or zeros.</summary>
    internal void WriteMacs(in PublicKey peer, Span<byte> message, MonoTime now)
    {
        var mac1 = message.Slice(message.Length - (2 * Message.MacBytes), Message.MacBytes);
        var mac2 = message[^Message.MacBytes..];
        Span<byte> key = stackalloc byte[32];
        Blake2s.Hash(Identity.Mac1Label, peer.Bytes, key);
        Blake2s.Mac(key, message[..^(2 * Message.MacBytes)], mac1);
        mac1.CopyTo(_lastMac1);
        _awaitsCookie = true;

        if (_cookieUntil == default || _cookieUntil.Passed(now)) mac2.Clear();
        else Blake2s.Mac(_cookie, message[..^Message.MacBytes], mac2);
    }

    /// <summary>Takes a cookie that answers the last message, at most one for each.</summary>
    internal Drop Take(in PublicKey peer, ReadOnlySpan<byte> reply, MonoTime now)
    {
        if (!_awaitsCookie) return Drop.UnexpectedResponse;
        Span<byte> key = stackalloc byte[32];
        Span<byte> cookie = stackalloc byte[Message.MacBytes];
        Blake2s.Hash(Identity.CookieLabel, peer.Bytes, key);
        var nonce = reply[Message.CookieReplyNonce..Message.CookieReplyCookie];
        if (!XChaCha20Poly1305.TryOpen(key, nonce, reply[Message.CookieReplyCookie..], _lastMac1, cookie))
            return Drop.Forged;
        cookie.CopyTo(_cookie);
        _cookieUntil = now + (Limits.CookieLifetime - Limits.CookieLatency);
        _awaitsCookie = false;
        return Drop.None;
    }

    [InlineArray(Message.MacBytes)]
    private struct Mac
    {
        private byte _first;
    }
}
