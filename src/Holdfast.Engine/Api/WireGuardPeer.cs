using Holdfast.Crypto;
using Holdfast.Engine.DataPlane;
using Holdfast.Linux;
using Holdfast.Protocol;

namespace Holdfast.Engine.Api;

/// <summary>One peer's lines of a <c>set</c>, while they are read.</summary>
internal sealed class WireGuardPeer : IDisposable
{
    private readonly PublicKey _key;
    private readonly bool _isAnew;
    private readonly List<AllowedIpDelta> _allowedIps = [];
    private bool _removes;
    private bool _updateOnly;
    private bool _setsPresharedKey;
    private Secret? _presharedKey;
    private Endpoint? _endpoint;
    private ushort? _keepalive;
    private bool _replacesAllowedIps;

    /// <summary>Begins a peer.</summary>
    /// <param name="key">Which peer.</param>
    /// <param name="isAnew">
    /// Whether all peers go first and this is the first mention of this one: then what is not said is off.
    /// </param>
    internal WireGuardPeer(PublicKey key, bool isAnew)
    {
        (_key, _isAnew) = (key, isAnew);
        if (!isAnew) return;
        (_setsPresharedKey, _keepalive, _replacesAllowedIps) = (true, 0, true);
    }

    /// <summary>Whether the lines come to nothing: a peer that just went can't be updated.</summary>
    internal bool IsVoid => _isAnew && _updateOnly;

    /// <summary>Reads one line; 0, or the error's number.</summary>
    internal int Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var read = name switch
        {
            _ when name.SequenceEqual("update_only"u8) => _updateOnly = WireGuardValue.IsTrue(value),
            _ when name.SequenceEqual("remove"u8) => _removes = WireGuardValue.IsTrue(value),
            _ when name.SequenceEqual("preshared_key"u8) => ReadPresharedKey(value),
            _ when name.SequenceEqual("endpoint"u8) => ReadEndpoint(value),
            _ when name.SequenceEqual("persistent_keepalive_interval"u8) => ReadKeepalive(value),
            _ when name.SequenceEqual("replace_allowed_ips"u8) => ReadReplaceAllowedIps(value),
            _ when name.SequenceEqual("allowed_ip"u8) => ReadAllowedIp(value),
            _ when name.SequenceEqual("protocol_version"u8) => value.SequenceEqual("1"u8),
            _ => false,
        };
        return read ? 0 : Errno.EINVAL;
    }

    /// <summary>The change, with the preshared key handed over.</summary>
    internal PeerDelta Take()
    {
        var secret = _presharedKey;
        _presharedKey = null;
        if (secret is { IsZero: true })
        {
            secret.Dispose();
            secret = null;
        }
        return new PeerDelta
        {
            PublicKey = _key,
            Removes = _removes,
            UpdateOnly = _updateOnly,
            SetsPresharedKey = _setsPresharedKey,
            PresharedKey = secret,
            Endpoint = _endpoint,
            PersistentKeepalive = _keepalive,
            ReplacesAllowedIps = _replacesAllowedIps,
            AllowedIps = _allowedIps,
        };
    }

    public void Dispose() => _presharedKey?.Dispose();

    private bool ReadPresharedKey(ReadOnlySpan<byte> value)
    {
        if (!WireGuardValue.TrySecret(value, out var secret)) return false;
        _presharedKey?.Dispose();
        (_presharedKey, _setsPresharedKey) = (secret, true);
        return true;
    }

    private bool ReadEndpoint(ReadOnlySpan<byte> value)
    {
        if (!WireGuardValue.TryEndpoint(value, out var endpoint)) return false;
        _endpoint = endpoint;
        return true;
    }

    private bool ReadKeepalive(ReadOnlySpan<byte> value)
    {
        if (!WireGuardValue.TryNumber<ushort>(value, out var seconds)) return false;
        _keepalive = seconds;
        return true;
    }

    private bool ReadReplaceAllowedIps(ReadOnlySpan<byte> value)
    {
        if (!WireGuardValue.IsTrue(value)) return false;
        _allowedIps.Clear();
        _replacesAllowedIps = true;
        return true;
    }

    private bool ReadAllowedIp(ReadOnlySpan<byte> value)
    {
        if (!WireGuardValue.TryAllowedIp(value, out var allowed)) return false;
        _allowedIps.Add(allowed);
        return true;
    }
}
