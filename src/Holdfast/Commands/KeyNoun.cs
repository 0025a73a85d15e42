using Holdfast.CommandLine;

namespace Holdfast.Commands;

/// <summary><c>holdfast key</c>.</summary>
internal sealed class KeyNoun : Noun
{
    public KeyNoun() : base("key", "Make keys")
    {
        Details =
        [
            "Keys are written as the wg tool writes them, 44 characters of base64, and either tool takes the other's.",
        ];
        Examples =
        [
            new("(umask 077; holdfast key generate > hf0.key)", "make a private key that only its owner can read"),
            new("holdfast key public < hf0.key", "print the public key to give to peers"),
        ];
        Add(new KeyGenerateVerb());
        Add(new KeyPublicVerb());
        Add(new KeyPresharedVerb());
    }
}
