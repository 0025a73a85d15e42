using Holdfast.Crypto;

namespace Holdfast.Protocol.Noise;

/// <summary>Noise's HKDF over HMAC-BLAKE2s (paper 5.4, KDF_n): one to three outputs of 32 bytes.</summary>
internal static class Kdf
{
    internal const int Bytes = 32;

    internal static void Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> fillFirst)
    {
        Span<byte> prk = stackalloc byte[Bytes];
        using var wiped = new Zeroed(prk);
        Blake2s.Hmac(key, input, prk);
        Blake2s.Hmac(prk, [1], fillFirst);
    }

    internal static void Derive(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> fillFirst, Span<byte> fillSecond)
    {
        Span<byte> prk = stackalloc byte[Bytes];
        using var wiped = new Zeroed(prk);
        Blake2s.Hmac(key, input, prk);
        Blake2s.Hmac(prk, [1], fillFirst);
        Blake2s.Hmac(prk, fillFirst, [2], fillSecond);
    }

    internal static void Derive(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> input,
        Span<byte> fillFirst, Span<byte> fillSecond, Span<byte> fillThird)
    {
        Span<byte> prk = stackalloc byte[Bytes];
        using var wiped = new Zeroed(prk);
        Blake2s.Hmac(key, input, prk);
        Blake2s.Hmac(prk, [1], fillFirst);
        Blake2s.Hmac(prk, fillFirst, [2], fillSecond);
        Blake2s.Hmac(prk, fillSecond, [3], fillThird);
    }
}
