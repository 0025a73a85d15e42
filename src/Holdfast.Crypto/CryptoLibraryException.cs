namespace Holdfast.Crypto;

/// <summary>
/// A cryptographic library is missing, too old, or lacks an algorithm. The message is one line for the operator: which
/// library, what was found, what to do.
/// </summary>
public sealed class CryptoLibraryException : Exception
{
    /// <summary>Carries the line for the operator.</summary>
    public CryptoLibraryException(string message) : base(message)
    {
    }
}
