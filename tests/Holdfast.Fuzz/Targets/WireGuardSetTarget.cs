using System.Text;
using Holdfast.Engine.Api;
using Holdfast.Engine.DataPlane;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// What a client of WireGuard's userspace interface sends: read in pieces, line by line, up to the first error. What is understood
/// is the same when it is written out and read again.
/// </summary>
internal sealed class WireGuardSetTarget : Target
{
    private const string Key = "b85996fecc9c7f1fc6d2572a76eda11d59bcd20be8e543b15ce4bd85a8e75a33";

    private readonly StringBuilder _again = new();

    internal override string Name => "wg-set";

    internal override IEnumerable<byte[]> Dictionary => Text.Words(
        "private_key=", "listen_port=", "fwmark=", "replace_peers=true", "public_key=", "update_only=true", "remove=true",
        "preshared_key=", "endpoint=", "persistent_keepalive_interval=", "replace_allowed_ips=true", "allowed_ip=", "allowed_ip=-",
        "protocol_version=1", "\n", "\r\n", "=", Key, "10.7.0.0/24", "fd07::/64", "[fe80::1%lo]:5", "192.0.2.1:51820", "[2001:db8::1]:443",
        "%", "::", "[", "]", "/", ":", "public_key=" + Key + "\n");

    internal override IEnumerable<byte[]> Seeds => Text.Words(
        $"private_key={Key}\nlisten_port=51820\nfwmark=1\nreplace_peers=true\npublic_key={Key}\npreshared_key={Key}\n"
            + "endpoint=192.0.2.1:51820\npersistent_keepalive_interval=25\nreplace_allowed_ips=true\nallowed_ip=10.7.0.0/24\n",
        $"public_key={Key}\nupdate_only=true\nendpoint=[fe80::1%lo]:5\nallowed_ip=-fd07::/64\r\nprotocol_version=1\n",
        $"public_key={Key}\nremove=true\npublic_key={new string('0', 64)}\nendpoint=[2001:db8::1]:443\n");

    internal override void Read(ReadOnlySpan<byte> input)
    {
        using var request = new WireGuardSet();
        foreach (var range in input.Split((byte)'\n'))
        {
            var line = input[range];
            if (line is [.., (byte)'\r']) line = line[..^1];
            if (line.Length == 0) continue;
            var error = request.Read(line);
            Require(error is 0 or Linux.Errno.EPROTO or Linux.Errno.EINVAL, "another error than the protocol's");
            if (error != 0) return;
        }
        var change = request.Take();
        try
        {
            var text = Write(change);
            using var second = new WireGuardSet();
            foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Require(second.Read(Encoding.ASCII.GetBytes(line)) == 0, "not read again: " + line);
            var again = second.Take();
            var same = Write(again) == text;
            Forget(again);
            Require(same, "read again, it is another change");
        }
        finally
        {
            Forget(change);
        }
    }

    private string Write(DeviceChange change)
    {
        _again.Clear();
        if (change.SetsPrivateKey) Line("private_key", change.PrivateKey is { } key ? Convert.ToHexStringLower(key.Bytes) : new string('0', 64));
        if (change.ListenPort is { } port) Line("listen_port", port);
        if (change.FwMark is { } mark) Line("fwmark", mark);
        if (change.ReplacesPeers) Line("replace_peers", "true");
        foreach (var peer in change.Peers) Write(peer);
        return _again.ToString();
    }

    private void Write(PeerDelta peer)
    {
        Line("public_key", Convert.ToHexStringLower(peer.PublicKey.Bytes));
        if (peer.Removes) Line("remove", "true");
        if (peer.UpdateOnly) Line("update_only", "true");
        if (peer.SetsPresharedKey)
            Line("preshared_key", peer.PresharedKey is { } key ? Convert.ToHexStringLower(key.Bytes) : new string('0', 64));
        if (peer.Endpoint is { } endpoint) Line("endpoint", endpoint);
        if (peer.PersistentKeepalive is { } seconds) Line("persistent_keepalive_interval", seconds);
        if (peer.ReplacesAllowedIps) Line("replace_allowed_ips", "true");
        foreach (var allowed in peer.AllowedIps) Line("allowed_ip", (allowed.Removes ? "-" : "") + allowed.Prefix);
    }

    private void Line(string name, object value) => _again.Append(name).Append('=').Append(value).Append('\n');

    private static void Forget(DeviceChange change)
    {
        change.PrivateKey?.Dispose();
        foreach (var peer in change.Peers) peer.PresharedKey?.Dispose();
    }
}
