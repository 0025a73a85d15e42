namespace Holdfast.Fuzz.Targets;

/// <summary>Takes an input apart; behind its end stand zeros.</summary>
internal ref struct InputReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    internal readonly bool AtEnd => _rest.IsEmpty;

    internal readonly ReadOnlySpan<byte> Rest => _rest;

    internal byte Byte()
    {
        Span<byte> value = [0];
        Fill(value);
        return value[0];
    }

    internal void Fill(scoped Span<byte> fill)
    {
        fill.Clear();
        var count = Math.Min(fill.Length, _rest.Length);
        _rest[..count].CopyTo(fill);
        _rest = _rest[count..];
    }
}
