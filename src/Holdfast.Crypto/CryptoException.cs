namespace Holdfast.Crypto;

/// <summary>
/// A call into a cryptographic library failed that can't fail unless we misuse it or memory is short.
/// </summary>
public sealed class CryptoException : Exception
{
    /// <summary>Names the library's function that failed, and the library's own words, if it had any.</summary>
    public CryptoException(string operation, string reason)
        : base(reason.Length == 0 ? $"{operation} failed" : $"{operation} failed: {reason}") => Operation = operation;

    /// <summary>The library's function that failed.</summary>
    public string Operation { get; }
}
