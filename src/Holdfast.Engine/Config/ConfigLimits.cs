using Holdfast.Protocol.Paths;

namespace Holdfast.Engine.Config;

/// <summary>The bounds of configuration files.</summary>
public static class ConfigLimits
{
    /// <summary>Errors, and separately warnings, kept for one file; more would not be read by anybody.</summary>
    public const int Findings = 20;

    /// <summary>Bytes of a configuration file; 10,000 peers with ten prefixes each take about 5 MiB.</summary>
    public const int FileBytes = 16 << 20;

    /// <summary>Bytes of a key file; a key takes 45.</summary>
    public const int KeyFileBytes = 4096;

    /// <summary>Nested collections in a YAML file; the deepest key of ours stands at 6.</summary>
    public const int YamlDepth = 16;

    /// <summary>Characters of a value that an error message repeats.</summary>
    public const int QuotedCharacters = 60;

    /// <summary>Characters of an interface's name (IFNAMSIZ of linux/if.h, less the final zero).</summary>
    public const int InterfaceName = 15;

    /// <summary>Characters of a peer's or a node's name.</summary>
    public const int Name = 64;

    /// <summary>Characters of a host name (RFC 1035, 2.3.4).</summary>
    public const int HostName = 253;

    /// <summary>Uplinks of a node, as many as a peer may have paths.</summary>
    public const int Uplinks = EngineLimits.Uplinks;

    /// <summary>The largest weight of an uplink.</summary>
    public const int Weight = PathLimits.MostWeight;

    /// <summary>Endpoints of one peer, as many as a peer may have paths.</summary>
    public const int Endpoints = 16;
}
