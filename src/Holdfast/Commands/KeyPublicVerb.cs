using System.CommandLine;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Holdfast.CommandLine;
using Holdfast.Crypto;

namespace Holdfast.Commands;

/// <summary><c>holdfast key public</c>.</summary>
internal sealed class KeyPublicVerb : Verb
{
    // A key has 44 characters; the rest is room for blanks around it.
    private const int MostCharacters = 256;

    public KeyPublicVerb() : base("public", "Read a private key from standard input and print its public key")
        => Examples = [new("holdfast key public < hf0.key", "print the public key of the private key in hf0.key")];

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams) => Task.FromResult(Run(streams));

    private static int Run(Streams streams)
    {
        CryptoLibraries.Require();
        var text = new char[MostCharacters];
        try
        {
            var key = text.AsSpan(0, streams.In.ReadBlock(text)).Trim();
            if (key.IsEmpty)
                return streams.Fail("standard input is empty; give it a private key: holdfast key public < FILE");
            if (!Secret.TryParse(key, out var secret))
                return streams.Fail("standard input is not a private key; give it the 44 characters of key generate");
            using (secret) streams.Out.WriteLine(secret.DerivePublicKey());
            return ExitCode.Done;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text.AsSpan()));
        }
    }
}
