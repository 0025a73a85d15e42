using System.Buffers.Binary;
using Holdfast.Protocol.Segments;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Segments;

/// <summary>Super-packets of random flows, cut, against what a host without offload would have sent.</summary>
public sealed class SplitterTests
{
    private readonly byte[] _memory = new byte[SegmentSplitter.MaximumHeaders];

    public static TheoryData<bool, bool> Kinds { get; } = new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pieces_are_what_the_host_would_have_sent_itself(bool v6, bool tcp)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (size, segment) = (random.Next(1, 62_000), random.Next(400) == 0 ? 1 : random.Next(20, 3000));
            size = Math.Min(size, segment * 200);
            var flags = (byte)(0x10 | random.Next(256) & 0xEF);
            var payload = new byte[size];
            random.NextBytes(payload);
            var whole = new Flow(new Random(seed), v6, tcp).Super(payload, segment, flags);
            var single = new Flow(new Random(seed), v6, tcp);

            var pieces = Cut(whole.Packet, whole.Header);

            Assert.Equal((size + segment - 1) / segment, pieces.Count);
            for (var i = 0; i < pieces.Count; i++)
            {
                var kept = flags & (i == pieces.Count - 1 ? 0xFF : ~0x09) & (i == 0 ? 0xFF : ~0x80);
                var expected = single.Next(payload[(i * segment)..Math.Min(size, (i + 1) * segment)], (byte)kept);
                Assert.True(expected.AsSpan().SequenceEqual(pieces[i]), $"seed {seed}, piece {i} of {pieces.Count}");
            }
        }
    }

    [Fact]
    public void A_header_that_does_not_fit_the_packet_is_refused()
    {
        var (packet, right) = new Flow(new Random(1), v6: false, tcp: true, plain: true).Super(new byte[3000], 1400, 0x10);
        Assert.Equal(3, Cut(packet, right).Count);
        Refused(packet, right with { SegmentBytes = 0 });
        Refused(packet, right with { NeedsChecksum = false });
        Refused(packet, right with { Kind = SegmentKind.Single });
        Refused(packet, right with { Kind = (SegmentKind)3 });
        Refused(packet, right with { ChecksumStart = 19 });
        Refused(packet, right with { ChecksumStart = 3040 });
        Refused(packet, right with { ChecksumStart = ushort.MaxValue });
        Refused(packet[..52], right);
        var short_ = (byte[])packet.Clone();
        short_[32] = 0x40;
        Refused(short_, right);
        var longer = (byte[])packet.Clone();
        longer[0] = 0x4F; // a header of 60 bytes, past the end of small pieces
        Refused(longer, right);
    }

    [Fact]
    public void A_checksum_left_to_the_device_is_finished()
    {
        foreach (var tcp in (bool[])[true, false])
        {
            var packet = new Flow(new Random(7), v6: true, tcp, plain: true).Next(new byte[333]);
            var expected = (byte[])packet.Clone();
            var header = new VirtioHeader { NeedsChecksum = true, ChecksumStart = 40, ChecksumOffset = (ushort)(tcp ? 16 : 6) };
            packet.AsSpan(40 + header.ChecksumOffset, 2).Clear();
            byte[] pseudo = [.. packet[8..40], 0, 0, 0, 0, 0, 0, 0, (byte)(tcp ? 6 : 17)];
            BinaryPrimitives.WriteUInt16BigEndian(pseudo.AsSpan(34), (ushort)(packet.Length - 40));
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(40 + header.ChecksumOffset), PacketSums.Sum(pseudo));

            Assert.True(header.TryCompleteChecksum(packet));
            Assert.Equal(expected, packet);
            Assert.False((header with { ChecksumStart = 5000 }).TryCompleteChecksum(packet));
            Assert.False((header with { ChecksumStart = (ushort)(packet.Length - 1) }).TryCompleteChecksum(packet));
        }
    }

    [Fact]
    public void The_wide_sum_is_the_plain_one()
    {
        var random = new Random(3);
        var bytes = new byte[700];
        for (var turn = 0; turn < 5000; turn++)
        {
            if (turn % 3 == 0) Array.Fill(bytes, (byte)0xFF);
            else random.NextBytes(bytes);
            var slice = bytes.AsSpan(random.Next(64), random.Next(600));
            Assert.Equal(PacketSums.Sum(slice), Checksum.Fold(Checksum.Add(slice)));
        }
    }

    [Fact]
    public void The_header_reads_back_as_it_was_written()
    {
        var header = new VirtioHeader
        {
            NeedsChecksum = true,
            Kind = SegmentKind.Udp,
            HeaderBytes = 48,
            SegmentBytes = 1200,
            ChecksumStart = 40,
            ChecksumOffset = 6,
        };
        var bytes = new byte[VirtioHeader.Bytes];
        header.Write(bytes);
        Assert.Equal(header, VirtioHeader.Read(bytes));
        bytes[1] |= 0x80; // the ECN flag of VIRTIO_NET_HDR_GSO
        Assert.Equal(header, VirtioHeader.Read(bytes));
    }

    private void Refused(byte[] packet, VirtioHeader header) => Assert.False(SegmentSplitter.TryBegin(
        (byte[])[.. packet, .. new byte[SegmentSplitter.Room]], packet.Length, header, _memory, out _));

    /// <summary>All pieces; what may be overwritten behind each is.</summary>
    private List<byte[]> Cut(byte[] packet, VirtioHeader header)
    {
        byte[] buffer = [.. packet, .. new byte[SegmentSplitter.Room]];
        Assert.True(SegmentSplitter.TryBegin(buffer, packet.Length, header, _memory, out var splitter));
        var pieces = new List<byte[]>();
        while (splitter.TryNext(out var piece, out var length))
        {
            pieces.Add(piece[..length].ToArray());
            piece[length..].Fill(0xEE);
        }
        Assert.Equal(splitter.Count, pieces.Count);
        return pieces;
    }
}
