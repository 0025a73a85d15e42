using System.Buffers.Binary;

namespace Holdfast.Protocol.Frames;

/// <summary>The frame that asks whether a path carries: whoever gets it sends the nonce back at once, by the way it came.</summary>
/// <param name="Path">The sender's number of the path.</param>
/// <param name="Flags">What the sender says about it.</param>
/// <param name="Nonce">Not to be guessed, not 0: who returns it is there.</param>
/// <param name="Sent">Datagrams that the sender has sent by this path so far, this one included.</param>
/// <param name="Weight">How much the sender prefers it to others that are alike, 1 to 1000; 0 is 100.</param>
internal readonly record struct Probe(byte Path, ProbeFlags Flags, ulong Nonce, ulong Sent, ushort Weight = 0)
{
    internal const byte Type = 0x11;
    internal const int Bytes = 32;

    private const int PathAt = 1;
    private const int FlagsAt = 2;
    private const int WeightAt = 4;
    private const int NonceAt = 8;
    private const int SentAt = 16;
    private const int MinimumBytes = 24;

    /// <summary>Reads one; what a later version puts behind it is left alone. False if it is another frame, or no good.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> borrowed, out Probe probe)
    {
        probe = default;
        if (borrowed.Length < MinimumBytes || borrowed[0] != Type || borrowed[PathAt] >= Paths.PathLimits.Paths) return false;
        probe = new Probe(borrowed[PathAt], (ProbeFlags)borrowed[FlagsAt],
            BinaryPrimitives.ReadUInt64LittleEndian(borrowed[NonceAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(borrowed[SentAt..]),
            BinaryPrimitives.ReadUInt16LittleEndian(borrowed[WeightAt..]));
        return probe.Nonce != 0;
    }

    /// <summary>Fills <see cref="Bytes"/> bytes.</summary>
    internal void Write(Span<byte> fill)
    {
        fill[..Bytes].Clear();
        (fill[0], fill[PathAt], fill[FlagsAt]) = (Type, Path, (byte)Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(fill[WeightAt..], Weight);
        BinaryPrimitives.WriteUInt64LittleEndian(fill[NonceAt..], Nonce);
        BinaryPrimitives.WriteUInt64LittleEndian(fill[SentAt..], Sent);
    }
}
