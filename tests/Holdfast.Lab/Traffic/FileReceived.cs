namespace Holdfast.Labs;

/// <summary>A file that arrived.</summary>
/// <param name="Received">Bytes.</param>
/// <param name="Sha256">Its checksum, in hexadecimal digits.</param>
/// <param name="ElapsedMs">From the connection to the last byte, in milliseconds.</param>
public sealed record FileReceived(long Received, string Sha256, double ElapsedMs);
