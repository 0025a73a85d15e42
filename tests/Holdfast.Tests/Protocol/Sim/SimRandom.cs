using Holdfast.Protocol;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>SplitMix64: the same seed gives the same run, keys and all.</summary>
internal sealed class SimRandom(ulong seed) : IRandomSource
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public int Next(int below) => (int)(Next() % (ulong)below);

    public double Fraction() => (Next() >> 11) / (double)(1UL << 53);

    public bool Chance(double probability) => Fraction() < probability;

    public void Fill(Span<byte> fill)
    {
        while (fill.Length >= 8)
        {
            BitConverter.TryWriteBytes(fill, Next());
            fill = fill[8..];
        }
        if (fill.Length == 0) return;
        Span<byte> last = stackalloc byte[8];
        BitConverter.TryWriteBytes(last, Next());
        last[..fill.Length].CopyTo(fill);
    }
}
