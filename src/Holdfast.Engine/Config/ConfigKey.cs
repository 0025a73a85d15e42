namespace Holdfast.Engine.Config;

/// <summary>A key of a configuration file: the one row from which parser, schema and docs/config.md are
/// made.</summary>
/// <param name="Name">The key as it is written.</param>
/// <param name="Type">What its value looks like.</param>
/// <param name="Default">What holds when it is left out, in words.</param>
/// <param name="Description">What it does, one sentence or two, without a final line break.</param>
public sealed record ConfigKey(string Name, ConfigType Type, string Default, string Description)
{
    /// <summary>Whether it must, may or may not be written.</summary>
    public ConfigPresence Presence { get; init; }

    /// <summary>The keys below it, for <see cref="ConfigType.Section"/> and
    /// <see cref="ConfigType.Sections"/>.</summary>
    public ConfigSection? Below { get; init; }

    /// <summary>wg-quick files: whether the wg tool reads the key (and white space may stand anywhere in it), and not
    /// wg-quick itself.</summary>
    public bool OfWg { get; init; }

    /// <summary>wg-quick files: whether every line with the key adds to the ones before.</summary>
    public bool Repeats { get; init; }

    /// <summary>wg-quick files: whether the value may be empty.</summary>
    public bool MayBeEmpty { get; init; }
}
