using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Crypto;

namespace Holdfast.Commands;

/// <summary><c>holdfast key generate</c>.</summary>
internal sealed class KeyGenerateVerb : Verb
{
    public KeyGenerateVerb() : base("generate", "Print a fresh private key")
        => Examples =
        [
            new("(umask 077; holdfast key generate > hf0.key)", "keep it in a file that only its owner can read"),
        ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
        => Task.FromResult(Print(Secret.GeneratePrivateKey, streams));

    /// <summary>Prints a secret, and warns when it goes into a file that others can get at.</summary>
    internal static int Print(Func<Secret> make, Streams streams)
    {
        CryptoLibraries.Require();
        WarnOfOthers(streams);
        using var secret = make();
        streams.Out.WriteLine(secret.ToBase64());
        return ExitCode.Done;
    }

    /// <summary>Warns when the answer, a key, goes into a file that others can get at.</summary>
    internal static void WarnOfOthers(Streams streams)
    {
        if (streams.OutIsOpenToOthers())
            streams.Say("others can get at the file that this key goes to; delete it, set umask 077 and try again");
    }
}
