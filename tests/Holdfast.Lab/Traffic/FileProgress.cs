namespace Holdfast.Labs;

/// <summary>How much of a file has arrived.</summary>
/// <param name="Arrived">Bytes so far.</param>
public sealed record FileProgress(long Arrived);
