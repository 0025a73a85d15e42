using Holdfast.Crypto;
using Holdfast.Engine.DataPlane;
using Holdfast.Linux;

namespace Holdfast.Engine.Api;

/// <summary>
/// Reads a <c>set</c> of WireGuard's userspace protocol (wireguard.com/xplatform), line by line, into one change. It
/// knows no tunnel: a request with an error anywhere changes nothing. Its keys are zeroed unless the change was taken.
/// </summary>
internal sealed class WireGuardSet : IDisposable
{
    private readonly List<PeerDelta> _peers = [];
    private readonly HashSet<PublicKey> _mentioned = [];
    private WireGuardPeer? _peer;
    private bool _setsPrivateKey;
    private Secret? _privateKey;
    private ushort? _listenPort;
    private uint? _mark;
    private bool _replacesPeers;
    private bool _taken;

    /// <summary>
    /// Reads one line that is not empty. Returns 0, or the number that wireguard-go gives: EPROTO for a line that is
    /// no
    /// <c>name=value</c>, EINVAL for a name or a value that it does not know.
    /// </summary>
    internal int Read(ReadOnlySpan<byte> line)
    {
        var equals = line.IndexOf((byte)'=');
        if (equals < 0) return Errno.EPROTO;
        ReadOnlySpan<byte> name = line[..equals], value = line[(equals + 1)..];
        if (name.SequenceEqual("public_key"u8)) return BeginPeer(value);
        return _peer is null ? ReadDevice(name, value) : _peer.Read(name, value);
    }

    /// <summary>The whole change. Its keys are the caller's from here on.</summary>
    internal DeviceChange Take()
    {
        EndPeer();
        _taken = true;
        return new DeviceChange
        {
            SetsPrivateKey = _setsPrivateKey,
            PrivateKey = _privateKey,
            ListenPort = _listenPort,
            FwMark = _mark,
            ReplacesPeers = _replacesPeers,
            Peers = _peers,
        };
    }

    public void Dispose()
    {
        _peer?.Dispose();
        if (_taken) return;
        _privateKey?.Dispose();
        foreach (var peer in _peers) peer.PresharedKey?.Dispose();
    }

    private int ReadDevice(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var read = name switch
        {
            _ when name.SequenceEqual("private_key"u8) => ReadPrivateKey(value),
            _ when name.SequenceEqual("listen_port"u8) => ReadListenPort(value),
            _ when name.SequenceEqual("fwmark"u8) => ReadMark(value),
            _ when name.SequenceEqual("replace_peers"u8) => _replacesPeers = WireGuardValue.IsTrue(value),
            _ => false,
        };
        return read ? 0 : Errno.EINVAL;
    }

    private bool ReadPrivateKey(ReadOnlySpan<byte> value)
    {
        if (!WireGuardValue.TrySecret(value, out var key)) return false;
        _privateKey?.Dispose();
        (_setsPrivateKey, _privateKey) = (true, key);
        if (!key.IsZero) return true;
        key.Dispose(); // zeros take the key away
        _privateKey = null;
        return true;
    }

    private bool ReadListenPort(ReadOnlySpan<byte> value)
    {
        if (!WireGuardValue.TryNumber<ushort>(value, out var port)) return false;
        _listenPort = port;
        return true;
    }

    private bool ReadMark(ReadOnlySpan<byte> value)
    {
        if (!WireGuardValue.TryNumber<uint>(value, out var mark)) return false;
        _mark = mark;
        return true;
    }

    private int BeginPeer(ReadOnlySpan<byte> value)
    {
        EndPeer();
        if (!WireGuardValue.TryPublicKey(value, out var key)) return Errno.EINVAL;
        _peer = new WireGuardPeer(key, isAnew: _replacesPeers && _mentioned.Add(key));
        return 0;
    }

    private void EndPeer()
    {
        if (_peer is { IsVoid: false }) _peers.Add(_peer.Take());
        _peer?.Dispose();
        _peer = null;
    }
}
