using Holdfast.Crypto;
using Holdfast.Engine.Config;

namespace Holdfast.Engine.DataPlane;

/// <summary>
/// A change to a running tunnel, whoever wants it: the configuration at start, a reload, or <c>wg set</c>. Read whole before
/// anything of it is applied. Its secrets belong to the tunnel once it is applied.
/// </summary>
public sealed record DeviceChange
{
    /// <summary>Whether the private key changes; to null it is removed.</summary>
    public bool SetsPrivateKey { get; init; }

    /// <summary>The new private key, taken over.</summary>
    public Secret? PrivateKey { get; init; }

    /// <summary>The new port, 0 for any that is free; null leaves it.</summary>
    public ushort? ListenPort { get; init; }

    /// <summary>The new mark of sent datagrams, 0 for none; null leaves it.</summary>
    public uint? FwMark { get; init; }

    /// <summary>Which cipher data may be sealed with, from each peer's next handshake; null leaves it.</summary>
    public CipherChoice? Cipher { get; init; }

    /// <summary>Whether all peers go first.</summary>
    public bool ReplacesPeers { get; init; }

    /// <summary>Changes to peers, in order.</summary>
    public IReadOnlyList<PeerDelta> Peers { get; init; } = [];

    /// <summary>Zeroes its secrets: it was not applied.</summary>
    internal void ForgetKeys()
    {
        PrivateKey?.Dispose();
        foreach (var peer in Peers) peer.PresharedKey?.Dispose();
    }
}
