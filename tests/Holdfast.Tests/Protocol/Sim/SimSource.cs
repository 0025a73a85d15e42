using Holdfast.Protocol;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>A node's randomness, a stream of its own. It can be made to draw few receiver indices, so that they come again.</summary>
internal sealed class SimSource(ulong seed) : IRandomSource
{
    private readonly SimRandom _random = new(seed);

    /// <summary>Blocks of receiver indices to draw from; 0 is all of them.</summary>
    public uint Blocks { get; set; }

    public void Fill(Span<byte> fill)
    {
        if (fill.Length == sizeof(uint) && Blocks > 0)
            BitConverter.TryWriteBytes(fill, (uint)_random.Next((int)Blocks) * Limits.IndexBlock);
        else
            _random.Fill(fill);
    }
}
