using System.Buffers.Binary;
using Holdfast.Protocol.Segments;

namespace Holdfast.Tests.Protocol.Segments;

/// <summary>What goes in comes out: same packets, same order, same bytes, whatever was joined on the way.</summary>
public sealed class JoinerTests : ISegmentWriter
{
    private readonly List<byte[]> _out = [];
    private readonly byte[] _memory = new byte[SegmentSplitter.MaximumHeaders];
    private readonly SegmentJoiner _joiner;
    private int _writes;

    public JoinerTests() => _joiner = new SegmentJoiner(this);

    [Theory]
    [MemberData(nameof(SplitterTests.Kinds), MemberType = typeof(SplitterTests))]
    public void A_run_of_segments_becomes_one_write(bool v6, bool tcp)
    {
        var flow = new Flow(new Random(1), v6, tcp, plain: true);
        var packets = Enumerable.Range(0, 40).Select(_ => flow.Next(flow.Payload(1400))).ToList();
        packets.Add(flow.Next(flow.Payload(17)));
        Put(packets);
        _joiner.Flush();
        Assert.Equal(1, _writes);
        Same(packets);
    }

    [Fact]
    public void Random_flows_interleaved_come_out_as_they_went_in()
    {
        var (writes, packets) = (0, 0);
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var flows = Enumerable.Range(0, 3).Select(i => new Flow(
                new Random(seed * 7 + i), random.Next(2) == 0, random.Next(3) > 0, plain: random.Next(4) > 0)).ToArray();
            _out.Clear();
            _writes = 0;
            var all = new List<byte[]>();
            for (var run = 0; run < 40; run++)
            {
                var flow = flows[random.Next(3)];
                var size = random.Next(1, 1440);
                for (var i = random.Next(1, 12); i > 0; i--)
                {
                    var packet = Disturbed(flow, size, random);
                    if (random.Next(30) == 0) Forged(size, random);
                    Put(packet);
                    all.Add(packet);
                }
                if (random.Next(5) == 0) _joiner.Flush();
            }
            _joiner.Flush();
            Same(all, seed);
            (writes, packets) = (writes + _writes, packets + all.Count);
        }
        Assert.True(writes < packets / 2, $"{writes} writes for {packets} packets");
    }

    [Theory]
    [InlineData(0x18, 2)] // PSH ends a run
    [InlineData(0x11, 3)] // FIN, SYN, RST, URG, ECE and CWR stand alone
    [InlineData(0x12, 3)]
    [InlineData(0x14, 3)]
    [InlineData(0x30, 3)]
    [InlineData(0x50, 3)]
    [InlineData(0x90, 3)]
    public void Flags_end_a_run(byte flags, int writes)
    {
        var flow = new Flow(new Random(2), v6: false, tcp: true, plain: true);
        List<byte[]> packets =
        [
            flow.Next(flow.Payload(1000)), flow.Next(flow.Payload(1000)), flow.Next(flow.Payload(1000), flags),
            flow.Next(flow.Payload(1000)), flow.Next(flow.Payload(1000)),
        ];
        Put(packets);
        _joiner.Flush();
        Assert.Equal(writes, _writes);
        Same(packets);
    }

    [Theory]
    [InlineData(false, true, 1)] // traffic class: ECN
    [InlineData(false, true, 8)] // time to live
    [InlineData(false, true, 20)] // port
    [InlineData(false, true, 28)] // acknowledgement
    [InlineData(false, true, 34)] // window
    [InlineData(false, true, 45)] // an option
    [InlineData(true, true, 1)]
    [InlineData(true, true, 7)]
    [InlineData(true, true, 30)]
    [InlineData(true, false, 41)]
    [InlineData(false, false, 15)]
    public void A_header_that_differs_begins_a_run(bool v6, bool tcp, int offset)
    {
        var flow = new Flow(new Random(3), v6, tcp, plain: true);
        List<byte[]> packets = [flow.Next(flow.Payload(500)), flow.Next(flow.Payload(500)), flow.Next(flow.Payload(500))];
        packets[2][offset] ^= 1;
        PacketSums.Write(packets[2], flow.Transport, tcp);
        Put(packets);
        _joiner.Flush();
        Assert.Equal(2, _writes);
        Same(packets);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_wrong_checksum_stays_wrong(int which)
    {
        var flow = new Flow(new Random(4), v6: false, tcp: true, plain: true);
        List<byte[]> packets = [flow.Next(flow.Payload(500)), flow.Next(flow.Payload(500)), flow.Next(flow.Payload(500))];
        packets[which][100] ^= 1;
        Put(packets);
        _joiner.Flush();
        Same(packets);
        Assert.Equal(which == 1 ? 3 : 2, _writes);
    }

    [Fact]
    public void A_datagram_without_checksum_goes_alone()
    {
        var flow = new Flow(new Random(5), v6: false, tcp: false, plain: true);
        List<byte[]> packets = [flow.Next(flow.Payload(500)), flow.Next(flow.Payload(500))];
        packets.ForEach(packet => packet.AsSpan(26, 2).Clear());
        Put(packets);
        _joiner.Flush();
        Assert.Equal(2, _writes);
        Assert.Equal(packets, _out);
    }

    [Fact]
    public void A_gap_or_a_repeat_begins_a_run()
    {
        var flow = new Flow(new Random(6), v6: true, tcp: true, plain: true);
        var packets = new List<byte[]> { flow.Next(flow.Payload(900)), flow.Next(flow.Payload(900)) };
        flow.Skip(900);
        packets.Add(flow.Next(flow.Payload(900)));
        packets.Add(packets[2]);
        flow.Skip(-1800);
        packets.Add(flow.Next(flow.Payload(900)));
        Put(packets);
        _joiner.Flush();
        Assert.Equal(4, _writes);
        Same(packets);
    }

    [Fact]
    public void No_more_is_joined_than_one_ip_packet_holds()
    {
        foreach (var v6 in (bool[])[false, true])
        {
            var flow = new Flow(new Random(8), v6, tcp: true, plain: true);
            var packets = Enumerable.Range(0, 200).Select(_ => flow.Next(flow.Payload(1380))).ToList();
            (_writes, _) = (0, 0);
            _out.Clear();
            Put(packets);
            _joiner.Flush();
            Same(packets);
            Assert.Equal(5, _writes); // 47 each
        }
    }

    [Fact]
    public void No_more_datagrams_are_joined_than_every_kernel_takes()
    {
        var flow = new Flow(new Random(11), v6: true, tcp: false, plain: true);
        var packets = Enumerable.Range(0, 300).Select(_ => flow.Next(flow.Payload(100))).ToList();
        Put(packets);
        _joiner.Flush();
        Same(packets);
        Assert.Equal(5, _writes); // 64 each
    }

    [Fact]
    public void Where_the_kernel_knows_no_runs_of_datagrams_each_goes_alone()
    {
        var joiner = new SegmentJoiner(this) { JoinsUdp = false };
        foreach (var tcp in (bool[])[false, true])
        {
            var flow = new Flow(new Random(12), v6: false, tcp, plain: true);
            for (var i = 0; i < 3; i++)
            {
                var packet = flow.Next(flow.Payload(100));
                packet.CopyTo(joiner.Reserve(packet.Length));
                joiner.Commit(packet.Length, null);
            }
        }
        joiner.Flush();
        Assert.Equal(4, _writes);
    }

    [Fact]
    public void A_wrong_sum_of_the_ip_header_stays_wrong()
    {
        var flow = new Flow(new Random(13), v6: false, tcp: true, plain: true);
        List<byte[]> packets = [flow.Next(flow.Payload(500)), flow.Next(flow.Payload(500)), flow.Next(flow.Payload(500))];
        packets[1][10] ^= 1;
        Put(packets);
        _joiner.Flush();
        Same(packets);
        Assert.Equal(3, _writes);
    }

    [Fact]
    public void Without_joining_each_goes_alone_and_at_once()
    {
        var joiner = new SegmentJoiner(this) { Joins = false };
        var flow = new Flow(new Random(9), v6: false, tcp: true, plain: true);
        for (var i = 1; i <= 5; i++)
        {
            var packet = flow.Next(flow.Payload(100));
            packet.CopyTo(joiner.Reserve(packet.Length));
            joiner.Commit(packet.Length, null);
            Assert.Equal(i, _writes);
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var flow = new Flow(new Random(10), v6: true, tcp: true, plain: true);
        var packets = Enumerable.Range(0, 64).Select(_ => flow.Next(flow.Payload(1380))).ToArray();
        var silent = new Silent();
        var joiner = new SegmentJoiner(silent);
        long Run()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var packet in packets)
            {
                packet.CopyTo(joiner.Reserve(packet.Length));
                joiner.Commit(packet.Length, null);
            }
            joiner.Flush();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Run();
        Assert.Equal(0, Run());
        Assert.Equal(128, silent.Packets);
    }

    void ISegmentWriter.Write(ReadOnlySpan<byte> headed, int packets)
    {
        _writes++;
        var header = VirtioHeader.Read(headed);
        var packet = headed[VirtioHeader.Bytes..].ToArray();
        if (header.Kind == SegmentKind.Single)
        {
            Assert.Equal(default, header);
            Assert.Equal(1, packets);
            _out.Add(packet);
            return;
        }
        Assert.Equal(0xFFFF, packet[0] >> 4 == 6 ? 0xFFFF : PacketSums.Sum(packet.AsSpan(0, 20)));
        Assert.Equal(packet.Length, packet[0] >> 4 == 6
            ? BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(4)) + 40
            : BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2)));
        Assert.True(SegmentSplitter.TryBegin(
            (byte[])[.. packet, .. new byte[SegmentSplitter.Room]], packet.Length, header, _memory, out var splitter));
        Assert.Equal(packets, splitter.Count);
        Assert.True(packets > 1);
        while (splitter.TryNext(out var piece, out var length)) _out.Add(piece[..length].ToArray());
    }

    private static byte[] Disturbed(Flow flow, int size, Random random)
    {
        var flags = random.Next(12) switch { 0 => 0x18, 1 when random.Next(4) == 0 => 0x11, _ => 0x10 };
        var packet = flow.Next(flow.Payload(random.Next(10) == 0 ? random.Next(0, size) : size), (byte)flags);
        if (random.Next(20) == 0) packet[random.Next(flow.HeaderBytes, packet.Length + 1) - 1] ^= 0x10;
        return packet;
    }

    /// <summary>A datagram that turned out to be forged: its room was filled, and never committed.</summary>
    private void Forged(int size, Random random) => random.NextBytes(_joiner.Reserve(size + random.Next(200)));

    private void Put(List<byte[]> packets) => packets.ForEach(Put);

    /// <summary>With padding behind it, as decrypted packets have.</summary>
    private void Put(byte[] packet)
    {
        var padded = (packet.Length + 15) & ~15;
        var room = _joiner.Reserve(padded);
        packet.CopyTo(room);
        room[packet.Length..padded].Clear();
        _joiner.Commit(packet.Length, null);
    }

    private void Same(List<byte[]> expected, int seed = 0)
    {
        Assert.True(expected.Count == _out.Count, $"seed {seed}: {_out.Count} of {expected.Count} packets");
        for (var i = 0; i < expected.Count; i++)
            Assert.True(expected[i].AsSpan().SequenceEqual(_out[i]), $"seed {seed}: packet {i} differs");
    }

    private sealed class Silent : ISegmentWriter
    {
        internal int Packets { get; private set; }

        void ISegmentWriter.Write(ReadOnlySpan<byte> headed, int packets) => Packets += packets;
    }
}
