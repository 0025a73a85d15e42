namespace Holdfast.Tests.Crypto;

/// <summary>Short words for vectors.</summary>
internal static class Hex
{
    public static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    public static string Text(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>0, 1, 2, … as the BLAKE2 reference vectors use.</summary>
    public static byte[] Sequence(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];
}
