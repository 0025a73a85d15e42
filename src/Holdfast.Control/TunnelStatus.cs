using System.Text.Json.Serialization;

namespace Holdfast.Control;

/// <summary>A tunnel as its engine sees it at one moment. Fields are only ever added.</summary>
public sealed record TunnelStatus
{
    /// <summary>The interface's name.</summary>
    public required string Name { get; init; }

    /// <summary>This end's public key, base64; null while it has no key.</summary>
    public string? PublicKey { get; init; }

    /// <summary>UDP port listened on.</summary>
    public int ListenPort { get; init; }

    /// <summary>Mark of the tunnel's own datagrams; 0 is none.</summary>
    [JsonPropertyName("fwmark")]
    public uint FwMark { get; init; }

    /// <summary>MTU of the device in bytes; null when the device is out of sight (in another namespace).</summary>
    public int? Mtu { get; init; }

    /// <summary>Process id of the engine.</summary>
    public int Pid { get; init; }

    /// <summary>Version of the engine.</summary>
    public required string Version { get; init; }

    /// <summary>Which library of this host computes each cipher, and its version.</summary>
    public IReadOnlyDictionary<string, string> Ciphers { get; init; } = new Dictionary<string, string>();

    /// <summary>When the engine of this tunnel started, UTC.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The file that the tunnel was made from; null for a bare device.</summary>
    public string? File { get; init; }

    /// <summary>Bytes of live objects in the engine's process (all tunnels of a daemon together) when they were last counted,
    /// which a full collection does; 0 before the first.</summary>
    public long HeapBytes { get; init; }

    /// <summary>Packets that the host sent into the tunnel.</summary>
    public long PacketsFromHost { get; init; }

    /// <summary>Packets that the tunnel gave to the host.</summary>
    public long PacketsToHost { get; init; }

    /// <summary>What was dropped, by name, strangers' messages included; only reasons that occurred.</summary>
    public IReadOnlyDictionary<string, long> Drops { get; init; } = new Dictionary<string, long>();

    /// <summary>The peers.</summary>
    public IReadOnlyList<PeerStatus> Peers { get; init; } = [];
}
