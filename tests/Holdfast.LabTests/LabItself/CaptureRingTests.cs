using System.Buffers.Binary;

namespace Holdfast.LabTests.LabItself;

public sealed class CaptureRingTests
{
    [Fact]
    public void The_last_packets_are_kept_whole_and_in_order()
    {
        var dice = new Random(1);
        var ring = new CaptureRing(100_000);
        var all = new List<byte[]>();
        for (var i = 0; i < 2_000; i++)
        {
            var packet = new byte[dice.Next(1, 1500)];
            dice.NextBytes(packet);
            all.Add(packet);
            ring.Append(packet, TimeSpan.FromMilliseconds(i));

            var kept = Read(ring);
            Assert.Equal(Math.Min(all.Count, ring.Count), kept.Count);
            // Room is lost where the ring turns: at most one packet there, and one in front of the head.
            Assert.True(kept.Count == all.Count || kept.Sum(p => p.Length) > 100_000 - 3_000);
            for (var k = 1; k <= kept.Count; k += 20)
                Assert.Equal(all[^k], kept[^k]);
        }
    }

    [Fact]
    public void The_file_is_a_pcap_of_raw_IP()
    {
        var ring = new CaptureRing(70_000);
        ring.Append([0x45, 1, 2], TimeSpan.FromTicks(15));
        using var file = new MemoryStream();
        ring.Save(file, DateTimeOffset.UnixEpoch.AddSeconds(100));
        var bytes = file.ToArray();
        Assert.Equal(0xa1b23c4d, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        Assert.Equal(101u, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(20)));
        Assert.Equal(100u, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(24)));
        Assert.Equal(1500u, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(28)));
        Assert.Equal([0x45, 1, 2], bytes[40..]);
    }

    private static List<byte[]> Read(CaptureRing ring)
    {
        using var file = new MemoryStream();
        ring.Save(file, DateTimeOffset.UnixEpoch);
        var bytes = file.ToArray();
        var packets = new List<byte[]>();
        for (var at = 24; at < bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 8));
            packets.Add(bytes[(at + 16)..(at + 16 + length)]);
            at += 16 + length;
        }
        return packets;
    }
}
