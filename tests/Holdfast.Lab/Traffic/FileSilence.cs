namespace Holdfast.Labs;

/// <summary>A time in which nothing of a file arrived.</summary>
/// <param name="After">Bytes that had arrived before.</param>
/// <param name="SilenceMs">How long nothing came, in milliseconds.</param>
public sealed record FileSilence(long After, double SilenceMs);
