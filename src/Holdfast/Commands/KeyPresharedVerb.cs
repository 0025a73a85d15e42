using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Crypto;

namespace Holdfast.Commands;

/// <summary><c>holdfast key preshared</c>.</summary>
internal sealed class KeyPresharedVerb : Verb
{
    public KeyPresharedVerb() : base("preshared", "Print a fresh key for two peers to share")
        => Details = ["Both ends of one pair of peers need the same one, besides their own private keys."];

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
        => Task.FromResult(KeyGenerateVerb.Print(Secret.Generate, streams));
}
