using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine.Api;

/// <summary>
/// Writes a tunnel as the <c>get</c> of WireGuard's userspace protocol shows it (wireguard.com/xplatform), keys
/// included, with the fields in wireguard-go's order. Runs where the tunnel does.
/// </summary>
internal static class WireGuardText
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Writes the lines about the interface itself.</summary>
    internal static void Write(Tunnel tunnel, ushort listenPort, uint mark, KeyBuffer fill)
    {
        if (tunnel.Identity is { } self) WritePrivateKey(self.PrivateKey, fill);
        if (listenPort != 0) WriteLine("listen_port="u8, listenPort, fill);
        if (mark != 0) WriteLine("fwmark="u8, mark, fill);
    }

    /// <summary>Writes the lines about a peer.</summary>
    internal static void Write(Peer peer, KeyBuffer fill)
    {
        WriteKey("public_key="u8, peer.PublicKey.Bytes, fill);
        WriteKey("preshared_key="u8, peer.PresharedKey is { } psk ? psk.Bytes : stackalloc byte[Secret.Size], fill);
        fill.Append("protocol_version=1\n"u8);
        if (peer.Endpoint.IsKnown)
        {
            fill.Append("endpoint="u8);
            fill.Append(peer.Endpoint.ToString());
            fill.Append("\n"u8);
        }
        var (seconds, nanoseconds) = Math.DivRem(peer.LastHandshakeUnixNanoseconds, NanosecondsPerSecond);
        WriteLine("last_handshake_time_sec="u8, seconds, fill);
        WriteLine("last_handshake_time_nsec="u8, nanoseconds, fill);
        WriteLine("tx_bytes="u8, peer.SentBytes, fill);
        WriteLine("rx_bytes="u8, peer.ReceivedBytes, fill);
        WriteLine("persistent_keepalive_interval="u8, peer.PersistentKeepalive, fill);
        foreach (var prefix in peer.AllowedIps) WriteLine("allowed_ip="u8, prefix, fill);
    }

    /// <summary>A private key is shown as X25519 uses it, clamped (RFC 7748 5), whatever its owner wrote.</summary>
    private static void WritePrivateKey(Secret key, KeyBuffer fill)
    {
        Span<byte> used = stackalloc byte[Secret.Size];
        using var wiped = new Zeroed(used);
        key.Bytes.CopyTo(used);
        used[0] &= 248;
        used[^1] = (byte)(used[^1] & 127 | 64);
        WriteKey("private_key="u8, used, fill);
    }

    private static void WriteKey(ReadOnlySpan<byte> name, ReadOnlySpan<byte> key, KeyBuffer fill)
    {
        fill.Append(name);
        fill.AppendHex(key);
        fill.Append("\n"u8);
    }

    private static void WriteLine<T>(ReadOnlySpan<byte> name, T value, KeyBuffer fill)
        where T : IUtf8SpanFormattable
    {
        fill.Append(name);
        fill.Append(value);
        fill.Append("\n"u8);
    }
}
