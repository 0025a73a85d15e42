using System.Buffers.Binary;

namespace Holdfast.Protocol.Frames;

/// <summary>The frame by which an end says that some paths lead to it no more: their far end was an uplink that it lost.</summary>
/// <param name="Paths">The receiver's numbers of them, a bit each.</param>
internal readonly record struct Lost(ushort Paths)
{
    internal const byte Type = 0x14;
    internal const int Bytes = 16;

    private const int PathsAt = 2;
    private const int MinimumBytes = 4;

    /// <summary>Reads one. False if it is another frame, or no good.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> borrowed, out Lost lost)
    {
        lost = default;
        if (borrowed.Length < MinimumBytes || borrowed[0] != Type) return false;
        lost = new Lost(BinaryPrimitives.ReadUInt16LittleEndian(borrowed[PathsAt..]));
        return true;
    }

    /// <summary>Fills <see cref="Bytes"/> bytes.</summary>
    internal void Write(Span<byte> fill)
    {
        fill[..Bytes].Clear();
        fill[0] = Type;
        BinaryPrimitives.WriteUInt16LittleEndian(fill[PathsAt..], Paths);
    }
}
