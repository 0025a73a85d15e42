using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Segments;

/// <summary>
/// What precedes each packet to and from a TUN device with offload: which checksum is still to be done, and into what
/// segments the packet is to be cut. struct virtio_net_hdr of linux/virtio_net.h; numbers in the host's byte order.
/// </summary>
public readonly record struct VirtioHeader
{
    /// <summary>Bytes that it takes.</summary>
    public const int Bytes = 10;

    private const byte NeedsChecksumFlag = 1;
    private const byte EcnFlag = 0x80;

    /// <summary>Whether the checksum at <see cref="ChecksumStart"/> + <see cref="ChecksumOffset"/> holds only the sum of the
    /// pseudo header so far.</summary>
    public bool NeedsChecksum { get; init; }

    /// <summary>What the packet is to be cut into.</summary>
    public SegmentKind Kind { get; init; }

    /// <summary>Bytes of all headers; a hint.</summary>
    public ushort HeaderBytes { get; init; }

    /// <summary>Bytes of payload in each segment but the last.</summary>
    public ushort SegmentBytes { get; init; }

    /// <summary>Where the transport header begins.</summary>
    public ushort ChecksumStart { get; init; }

    /// <summary>Where the checksum stands in the transport header.</summary>
    public ushort ChecksumOffset { get; init; }

    /// <summary>Reads the first <see cref="Bytes"/> bytes.</summary>
    public static VirtioHeader Read(ReadOnlySpan<byte> bytes) => new()
    {
        NeedsChecksum = (bytes[0] & NeedsChecksumFlag) != 0,
        Kind = (SegmentKind)(bytes[1] & ~EcnFlag),
        HeaderBytes = MemoryMarshal.Read<ushort>(bytes[2..]),
        SegmentBytes = MemoryMarshal.Read<ushort>(bytes[4..]),
        ChecksumStart = MemoryMarshal.Read<ushort>(bytes[6..]),
        ChecksumOffset = MemoryMarshal.Read<ushort>(bytes[8..]),
    };

    /// <summary>Fills the first <see cref="Bytes"/> bytes.</summary>
    public void Write(Span<byte> fill)
    {
        fill[0] = NeedsChecksum ? NeedsChecksumFlag : (byte)0;
        fill[1] = (byte)Kind;
        MemoryMarshal.Write(fill[2..], HeaderBytes);
        MemoryMarshal.Write(fill[4..], SegmentBytes);
        MemoryMarshal.Write(fill[6..], ChecksumStart);
        MemoryMarshal.Write(fill[8..], ChecksumOffset);
    }

    /// <summary>Finishes the checksum that the host left to its device. False if it lies outside the packet.</summary>
    public bool TryCompleteChecksum(Span<byte> packet)
    {
        var field = ChecksumStart + ChecksumOffset;
        if (!NeedsChecksum) return true;
        if (field + sizeof(ushort) > packet.Length) return false;
        // The field takes part in the sum: it holds what the pseudo header adds to it.
        var checksum = Checksum.Of(packet[ChecksumStart..]);
        BinaryPrimitives.WriteUInt16BigEndian(packet[field..], checksum == 0 ? (ushort)0xFFFF : checksum);
        return true;
    }
}
