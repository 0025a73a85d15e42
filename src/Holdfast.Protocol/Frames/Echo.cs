using System.Buffers.Binary;

namespace Holdfast.Protocol.Frames;

/// <summary>The answer to a <see cref="Probe"/>.</summary>
/// <param name="Path">The path's number as the probe had it.</param>
/// <param name="Nonce">The probe's.</param>
/// <param name="Arrived">Datagrams that came by this path so far, the probe included.</param>
/// <param name="Of">How many the probe said had been sent.</param>
/// <param name="Clock">The time at which the probe came by the clock of the end that says so, in us; only differences count.</param>
internal readonly record struct Echo(byte Path, ulong Nonce, ulong Arrived, ulong Of, uint Clock)
{
    internal const byte Type = 0x12;
    internal const int Bytes = 32;

    private const int PathAt = 1;
    private const int ClockAt = 4;
    private const int NonceAt = 8;
    private const int ArrivedAt = 16;
    private const int OfAt = 24;

    /// <summary>Reads one; what a later version puts behind it is left alone. False if it is another frame, or no good.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> borrowed, out Echo echo)
    {
        echo = default;
        if (borrowed.Length < Bytes || borrowed[0] != Type || borrowed[PathAt] >= Paths.PathLimits.Paths) return false;
        echo = new Echo(borrowed[PathAt], BinaryPrimitives.ReadUInt64LittleEndian(borrowed[NonceAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(borrowed[ArrivedAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(borrowed[OfAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(borrowed[ClockAt..]));
        return true;
    }

    /// <summary>Fills <see cref="Bytes"/> bytes.</summary>
    internal void Write(Span<byte> fill)
    {
        fill[..Bytes].Clear();
        (fill[0], fill[PathAt]) = (Type, Path);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[ClockAt..], Clock);
        BinaryPrimitives.WriteUInt64LittleEndian(fill[NonceAt..], Nonce);
        BinaryPrimitives.WriteUInt64LittleEndian(fill[ArrivedAt..], Arrived);
        BinaryPrimitives.WriteUInt64LittleEndian(fill[OfAt..], Of);
    }
}
