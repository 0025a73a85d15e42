namespace Holdfast.Engine.Config;

/// <summary>What a key's value looks like.</summary>
public enum ConfigType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>An interface's name.</summary>
    InterfaceName,

    /// <summary>A key of 32 bytes in base64.</summary>
    Key,

    /// <summary>Path of a file; relative ones start at the configuration file's directory.</summary>
    Path,

    /// <summary>A list of addresses with prefix length.</summary>
    Addresses,

    /// <summary>A list of prefixes.</summary>
    Prefixes,

    /// <summary>A list of IP addresses.</summary>
    IpAddresses,

    /// <summary>A list of words.</summary>
    Words,

    /// <summary>IP addresses and search domains, mixed.</summary>
    Dns,

    /// <summary>A list of endpoints.</summary>
    Endpoints,

    /// <summary>One endpoint.</summary>
    Endpoint,

    /// <summary>A list of places to listen at.</summary>
    Listeners,

    /// <summary>A port number.</summary>
    Port,

    /// <summary>A packet mark.</summary>
    Mark,

    /// <summary>A number of bytes.</summary>
    Mtu,

    /// <summary>A routing table.</summary>
    Table,

    /// <summary>Seconds between keepalives.</summary>
    Keepalive,

    /// <summary>A shell command; the key may be repeated.</summary>
    Command,

    /// <summary>A share against others'.</summary>
    Weight,

    /// <summary>true or false.</summary>
    Flag,

    /// <summary>The word wireguard.</summary>
    Kind,

    /// <summary>The word tun.</summary>
    Device,

    /// <summary>The word auto or wireguard.</summary>
    Cipher,

    /// <summary>A word for the use of several paths.</summary>
    Paths,

    /// <summary>Keys of a section of its own.</summary>
    Section,

    /// <summary>A list of sections.</summary>
    Sections,
}
