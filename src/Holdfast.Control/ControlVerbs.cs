namespace Holdfast.Control;

/// <summary>What an engine can be asked for. Verbs are only ever added.</summary>
public static class ControlVerbs
{
    /// <summary>Whether it answers.</summary>
    public const string Ping = "ping";

    /// <summary>How its tunnel is.</summary>
    public const string Status = "status";

    /// <summary>How its host's uplinks are.</summary>
    public const string Uplinks = "uplinks";

    /// <summary>That it prefers paths, avoids them, or neither.</summary>
    public const string Path = "path";

    /// <summary>What has happened.</summary>
    public const string Log = "log";

    /// <summary>That it takes its tunnel down and ends.</summary>
    public const string Down = "down";
}
