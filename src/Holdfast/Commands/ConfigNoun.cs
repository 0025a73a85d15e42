using Holdfast.CommandLine;

namespace Holdfast.Commands;

/// <summary><c>holdfast config</c>.</summary>
internal sealed class ConfigNoun : Noun
{
    public ConfigNoun() : base("config", "Check and show configuration files")
    {
        Details = ["These verbs only read. They change nothing and never run a command that stands in a file."];
        Examples =
        [
            new("holdfast config check wg0", "check /etc/wireguard/wg0.conf"),
            new("holdfast config show wg0 --format yaml", "see it as a node's YAML file, without its keys"),
        ];
        Add(new ConfigCheckVerb());
        Add(new ConfigShowVerb());
        Add(new ConfigSchemaVerb());
    }

    /// <summary>What <c>check</c> and <c>show</c> are asked about.</summary>
    internal static Value Target() => new("FILE|NAME", Takes.FileOrName,
        "A file; a bare NAME is /etc/wireguard/NAME.conf, or else /etc/holdfast/NAME.conf");
}
