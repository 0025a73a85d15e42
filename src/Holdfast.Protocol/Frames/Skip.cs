using System.Buffers.Binary;

namespace Holdfast.Protocol.Frames;

/// <summary>
/// The frame that says that a message of this session, which goes by a slower path, is no packet: whoever puts packets in order need
/// not wait for it.
/// </summary>
/// <param name="Counter">The message's.</param>
internal readonly record struct Skip(ulong Counter)
{
    internal const byte Type = 0x15;
    internal const int Bytes = 16;

    private const int CounterAt = 8;

    /// <summary>Reads one. False if it is another frame, or no good.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> borrowed, out Skip skip)
    {
        skip = default;
        if (borrowed.Length < Bytes || borrowed[0] != Type) return false;
        skip = new Skip(BinaryPrimitives.ReadUInt64LittleEndian(borrowed[CounterAt..]));
        return true;
    }

    /// <summary>Fills <see cref="Bytes"/> bytes.</summary>
    internal void Write(Span<byte> fill)
    {
        fill[..Bytes].Clear();
        fill[0] = Type;
        BinaryPrimitives.WriteUInt64LittleEndian(fill[CounterAt..], Counter);
    }
}
