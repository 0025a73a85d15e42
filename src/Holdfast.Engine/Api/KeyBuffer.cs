using System.Globalization;
using System.Security.Cryptography;

namespace Holdfast.Engine.Api;

/// <summary>
/// Text that holds keys while it is put together and sent: in pieces of one size, so that nothing is copied, and zeroed
/// wherever it stood.
/// </summary>
internal sealed class KeyBuffer : IDisposable
{
    // Small enough for the ordinary heap, whose garbage goes soon.
    private const int PieceBytes = 32 << 10;

    private readonly List<byte[]> _full = [];
    private byte[] _last = new byte[PieceBytes];
    private int _length;

    /// <summary>What was written so far, in order.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Written =>
        _full.Select(piece => (ReadOnlyMemory<byte>)piece).Append(_last.AsMemory(0, _length));

    internal void Append(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0)
        {
            if (_length == PieceBytes) Begin();
            var part = text[..Math.Min(text.Length, PieceBytes - _length)];
            part.CopyTo(_last.AsSpan(_length));
            _length += part.Length;
            text = text[part.Length..];
        }
    }

    internal void Append(string ascii)
    {
        Span<byte> text = stackalloc byte[ascii.Length];
        for (var i = 0; i < text.Length; i++) text[i] = (byte)ascii[i];
        Append(text);
    }

    internal void AppendHex(ReadOnlySpan<byte> key)
    {
        Span<byte> text = stackalloc byte[2 * key.Length];
        Convert.TryToHexStringLower(key, text, out _);
        Append(text);
        CryptographicOperations.ZeroMemory(text);
    }

    internal void Append<T>(T value)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[64]; // more than an IPv6 prefix or a number of 64 bits needs
        if (!value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture))
            throw new ArgumentException("longer than a line's value can be", nameof(value));
        Append(text[..length]);
    }

    /// <summary>Zeroes what was written, and begins anew in the same memory.</summary>
    internal void Clear()
    {
        foreach (var piece in _full) CryptographicOperations.ZeroMemory(piece);
        CryptographicOperations.ZeroMemory(_last);
        _full.Clear();
        _length = 0;
    }

    public void Dispose() => Clear();

    private void Begin()
    {
        _full.Add(_last);
        (_last, _length) = (new byte[PieceBytes], 0);
    }
}
