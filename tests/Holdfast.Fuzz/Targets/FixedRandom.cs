using Holdfast.Protocol;

namespace Holdfast.Fuzz.Targets;

/// <summary>The same bytes each time, so that keys, indices and nonces are those that the corpus was made with.</summary>
internal sealed class FixedRandom(ulong seed) : IRandomSource
{
    private ulong _state = seed;

    public void Fill(Span<byte> fill)
    {
        for (var i = 0; i < fill.Length; i++)
        {
            // SplitMix64, of which the upper byte is taken.
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            fill[i] = (byte)((z ^ (z >> 31)) >> 56);
        }
    }
}
