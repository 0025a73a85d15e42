using Holdfast.Crypto;

namespace Holdfast.Engine.Config;

/// <summary>Lets records hold a secret and still compare by value, in constant time.</summary>
internal readonly struct HeldSecret(Secret? secret) : IEquatable<HeldSecret>
{
    public Secret? Secret { get; } = secret;

    public bool Equals(HeldSecret other)
        => Secret is null || other.Secret is null
            ? Secret is null && other.Secret is null
            : Secret.FixedTimeEquals(other.Secret);

    public override bool Equals(object? obj) => obj is HeldSecret other && Equals(other);

    // A hash of the key's bytes would be a trace of the key.
    public override int GetHashCode() => Secret is null ? 0 : 1;
}
