namespace Holdfast.Protocol.Paths;

/// <summary>Why a datagram does not arrive, as somebody says.</summary>
public enum UnreachableKind : byte
{
    /// <summary>Nobody says so.</summary>
    None,

    /// <summary>There is no way to the network.</summary>
    Network,

    /// <summary>The host does not answer its neighbour, or there is no way to it.</summary>
    Host,

    /// <summary>The host is there, and nobody listens.</summary>
    Port,

    /// <summary>A firewall lets it not through.</summary>
    Prohibited,

    /// <summary>It is larger than a link on the way carries.</summary>
    TooBig,

    /// <summary>For another reason.</summary>
    Other,

    /// <summary>This host refuses to send it.</summary>
    Refused,
}
