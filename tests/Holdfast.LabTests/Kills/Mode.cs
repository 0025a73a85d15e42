namespace Holdfast.LabTests.Kills;

/// <summary>A program that makes a tunnel.</summary>
internal enum Mode
{
    /// <summary>`holdfast up`.</summary>
    Up,

    /// <summary>`holdfast daemon`.</summary>
    Daemon,

    /// <summary>`holdfast device`.</summary>
    Device,
}
