using System.Buffers.Binary;

namespace Holdfast.Protocol.Frames;

/// <summary>
/// The frame by which an end says what it offers within a session. The responder begins, the initiator answers each; nobody
/// answers an answer.
/// </summary>
/// <param name="Version">The sender's, as in <see cref="TimestampMark"/>.</param>
/// <param name="Offers">What the sender can do.</param>
/// <param name="Acknowledges">Whether the sender acknowledges data already, as it was asked to in an earlier session.</param>
internal readonly record struct Hello(byte Version, Capabilities Offers, bool Acknowledges = false)
{
    /// <summary>The first byte. A frame's upper half is neither 4 nor 6, so that nothing takes it for an IP packet.</summary>
    internal const byte Type = 0x10;

    /// <summary>Bytes that are written: a multiple of 16, as all that is padded.</summary>
    internal const int Bytes = 16;

    private const int VersionAt = 1;
    private const int FlagsAt = 2;
    private const int OffersAt = 4;
    private const int MinimumBytes = 8;

    /// <summary>Reads one; what a later version puts behind it is left alone. False if it is another frame, or too short.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> borrowed, out Hello hello)
    {
        hello = default;
        if (borrowed.Length < MinimumBytes || borrowed[0] != Type || borrowed[VersionAt] == 0) return false;
        hello = new Hello(
            borrowed[VersionAt], (Capabilities)BinaryPrimitives.ReadUInt32LittleEndian(borrowed[OffersAt..]),
            (borrowed[FlagsAt] & 1) != 0);
        return true;
    }

    /// <summary>Fills <see cref="Bytes"/> bytes.</summary>
    internal void Write(Span<byte> fill)
    {
        fill[..Bytes].Clear();
        fill[0] = Type;
        fill[VersionAt] = Version;
        fill[FlagsAt] = (byte)(Acknowledges ? 1 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(fill[OffersAt..], (uint)Offers);
    }
}
