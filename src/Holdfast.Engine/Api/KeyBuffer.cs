using System.Globalization;
using System.Security.Cryptography;

namespace Holdfast.Engine.Api;

/// <summary>
/// Text that holds keys while it is put together and sent: bytes that grow, and are zeroed wherever they stood.
/// </summary>
internal sealed class KeyBuffer : IDisposable
{
    private byte[] _bytes = new byte[4096];
    private int _length;

    /// <summary>What was written so far.</summary>
    internal ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    internal void Append(ReadOnlySpan<byte> text) => text.CopyTo(Take(text.Length));

    internal void Append(string ascii)
    {
        var fill = Take(ascii.Length);
        for (var i = 0; i < fill.Length; i++) fill[i] = (byte)ascii[i];
    }

    internal void AppendHex(ReadOnlySpan<byte> key)
    {
        Convert.TryToHexStringLower(key, Take(2 * key.Length), out _);
    }

    internal void Append<T>(T value)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[64]; // more than an IPv6 prefix or a number of 64 bits needs
        if (!value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture))
            throw new ArgumentException("longer than a line's value can be", nameof(value));
        Append(text[..length]);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private Span<byte> Take(int length)
    {
        if (_bytes.Length - _length < length)
        {
            var larger = new byte[Math.Max(checked(2 * _bytes.Length), _length + length)];
            _bytes.AsSpan(0, _length).CopyTo(larger);
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = larger;
        }
        _length += length;
        return _bytes.AsSpan(_length - length, length);
    }
}
