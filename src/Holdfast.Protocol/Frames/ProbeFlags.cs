namespace Holdfast.Protocol.Frames;

/// <summary>What a probe says about its path besides. Unknown bits mean nothing.</summary>
[Flags]
internal enum ProbeFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Data is to be acknowledged: its sender has several paths, and keeps what is under way.</summary>
    WantsAcknowledgements = 1,

    /// <summary>The path is to be used when nothing else works.</summary>
    Backup = 2,

    /// <summary>The path costs by the byte: to be probed slowly and used last.</summary>
    Metered = 4,

    /// <summary>The sender uses several paths at once: what comes is to be put in order.</summary>
    Spreads = 8,

    /// <summary>Of these paths it is the fastest: what arrived is best acknowledged by it.</summary>
    Fastest = 16,
}
