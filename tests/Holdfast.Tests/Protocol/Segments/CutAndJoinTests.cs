using System.Buffers.Binary;
using Holdfast.Protocol.Segments;

namespace Holdfast.Tests.Protocol.Segments;

/// <summary>
/// A super-packet of a random flow is cut, its pieces joined, what came out cut again: all bytes of headers and payload are
/// those that went in. The seeds are printed; HOLDFAST_FIRST_SEED and HOLDFAST_SEEDS choose others.
/// </summary>
public sealed class CutAndJoinTests : ISegmentWriter
{
    private const byte Ack = 0x10, Push = 0x08;

    private readonly List<(VirtioHeader Header, byte[] Packet)> _out = [];
    private readonly byte[] _memory = new byte[SegmentSplitter.MaximumHeaders];
    private readonly SegmentJoiner _joiner;

    public CutAndJoinTests() => _joiner = new SegmentJoiner(this);

    private static int First => Number("HOLDFAST_FIRST_SEED", 1);

    private static int Seeds => Number("HOLDFAST_SEEDS", 100);

    // Any flags, IPv4 options, IPv6 extension headers with and without a route, TCP options, one segment to hundreds.
    [Theory]
    [MemberData(nameof(SplitterTests.Kinds), MemberType = typeof(SplitterTests))]
    public void Whatever_is_cut_and_joined_stands_for_the_same_packets(bool v6, bool tcp) => ForSeeds(random =>
    {
        var flow = new Flow(random, v6, tcp, plain: random.Next(3) == 0);
        for (var super = random.Next(1, 4); super > 0; super--)
        {
            var payload = flow.Payload(random.Next(1, 64_000));
            var segment = random.Next(Math.Max(1, payload.Length / 200), random.Next(2) == 0 ? 1500 : 9000);
            var flags = (byte)(random.Next(3) > 0 ? Ack | (random.Next(2) * Push) : random.Next(256));
            var whole = flow.Super(payload, segment, flags);

            var pieces = Cut(whole.Packet, whole.Header);
            Join(pieces);
            var again = _out.SelectMany(o => Cut(o.Packet, o.Header)).ToList();

            Assert.Equal(pieces.Count, again.Count);
            Assert.All(pieces.Zip(again), p => Assert.True(p.First.AsSpan().SequenceEqual(p.Second)));
            Assert.All(again, p => Assert.True(PacketSums.AreRight(p, flow.Transport, tcp)));
            Assert.True(PayloadOf(again, flow.HeaderBytes).SequenceEqual(payload));
        }
    });

    // What the joiner takes: no IPv4 options or extension headers, ACK and at most PSH, as many datagrams as all kernels take.
    [Theory]
    [MemberData(nameof(SplitterTests.Kinds), MemberType = typeof(SplitterTests))]
    public void What_can_be_joined_becomes_the_super_packet_that_was_cut(bool v6, bool tcp) => ForSeeds(random =>
    {
        var flow = new Flow(random, v6, tcp, plain: true);
        for (var super = random.Next(1, 4); super > 0; super--)
        {
            var segment = random.Next(100, 1500);
            var most = Math.Min(ushort.MaxValue - flow.HeaderBytes, segment * (tcp ? 600 : 64));
            var payload = flow.Payload(random.Next(segment + 1, most + 1));
            var whole = flow.Super(payload, segment, (byte)(Ack | (random.Next(2) * Push)));

            Join(Cut(whole.Packet, whole.Header));

            var joined = Assert.Single(_out);
            Assert.Equal(whole.Header with { HeaderBytes = (ushort)flow.HeaderBytes }, joined.Header);
            Assert.True(WithIpSum(whole.Packet).AsSpan().SequenceEqual(joined.Packet));
        }
    });

    void ISegmentWriter.Write(ReadOnlySpan<byte> headed, int packets) =>
        _out.Add((VirtioHeader.Read(headed), headed[VirtioHeader.Bytes..].ToArray()));

    private static void ForSeeds(Action<Random> check)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds {First} to {First + Seeds - 1}");
        for (var seed = First; seed < First + Seeds; seed++)
        {
            try
            {
                check(new Random(seed));
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"seed {seed}", fault);
            }
        }
    }

    private static ReadOnlySpan<byte> PayloadOf(List<byte[]> packets, int headerBytes)
    {
        using var payload = new MemoryStream();
        packets.ForEach(p => payload.Write(p.AsSpan(headerBytes)));
        return payload.ToArray();
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var n) ? n : otherwise;

    /// <summary>The host leaves IPv4's checksum out of what it leaves whole; the joiner sums it.</summary>
    private static byte[] WithIpSum(byte[] packet)
    {
        if (packet[0] >> 4 == 6) return packet;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~PacketSums.Sum(packet.AsSpan(0, 20)));
        return packet;
    }

    private List<byte[]> Cut(byte[] packet, VirtioHeader header)
    {
        if (header.Kind == SegmentKind.Single) return [packet];
        byte[] buffer = [.. packet, .. new byte[SegmentSplitter.Room]];
        Assert.True(SegmentSplitter.TryBegin(buffer, packet.Length, header, _memory, out var splitter));
        var pieces = new List<byte[]>();
        while (splitter.TryNext(out var piece, out var length)) pieces.Add(piece[..length].ToArray());
        return pieces;
    }

    private void Join(List<byte[]> pieces)
    {
        _out.Clear();
        foreach (var piece in pieces)
        {
            piece.CopyTo(_joiner.Reserve(piece.Length));
            _joiner.Commit(piece.Length, null);
        }
        _joiner.Flush();
    }
}
