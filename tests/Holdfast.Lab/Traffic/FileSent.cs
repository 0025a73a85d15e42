namespace Holdfast.Labs;

/// <summary>A file that was sent.</summary>
/// <param name="Sent">Bytes.</param>
/// <param name="Sha256">Its checksum, in hexadecimal digits.</param>
public sealed record FileSent(long Sent, string Sha256);
