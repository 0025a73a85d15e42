using System.Net;
using System.Security.Cryptography;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Segments;

namespace Holdfast.Micro;

/// <summary>All benchmarks.</summary>
internal static class Benchmarks
{
    private const int FullPacket = 1420;
    private const int SmallPacket = 64;
    private const int ManyPrefixes = 100_000;

    public static readonly IReadOnlyList<Benchmark> All =
    [
        Seal(Cipher.ChaCha20Poly1305, FullPacket),
        Seal(Cipher.ChaCha20Poly1305, SmallPacket),
        Seal(Cipher.Aes256Gcm, FullPacket),
        Open(Cipher.ChaCha20Poly1305, FullPacket),
        Open(Cipher.ChaCha20Poly1305, SmallPacket),
        Open(Cipher.Aes256Gcm, FullPacket),
        LookUp(v4: true, 1),
        LookUp(v4: true, ManyPrefixes),
        LookUp(v4: false, ManyPrefixes),
        ReplayInOrder(),
        ReplayOutOfOrder(),
        Cut("TCP over IPv4", SegmentKind.Tcp4),
        Cut("TCP over IPv6", SegmentKind.Tcp6),
        Cut("UDP over IPv4", SegmentKind.Udp),
        Join("TCP over IPv4", SegmentKind.Tcp4),
        Join("TCP over IPv6", SegmentKind.Tcp6),
        Join("UDP over IPv4", SegmentKind.Udp),
        Path(FullPacket),
        Path(SmallPacket),
        Handshake(),
    ];

    private static Benchmark Seal(Cipher cipher, int size)
    {
        var aead = Aead.ForSealing(cipher, RandomNumberGenerator.GetBytes(Aead.KeySize));
        var (plain, box) = (RandomNumberGenerator.GetBytes(size), new byte[size + Aead.TagSize]);
        var counter = 0UL;
        return new Benchmark($"seal {cipher} {size}", size, count =>
        {
            for (var i = 0; i < count; i++)
                aead.Seal(counter++, plain, box);
        });
    }

    private static Benchmark Open(Cipher cipher, int size)
    {
        var key = RandomNumberGenerator.GetBytes(Aead.KeySize);
        var (plain, box) = (new byte[size], new byte[size + Aead.TagSize]);
        using (var sealing = Aead.ForSealing(cipher, key))
            sealing.Seal(7, plain, box);
        var aead = Aead.ForOpening(cipher, key);
        return new Benchmark($"open {cipher} {size}", size, count =>
        {
            for (var i = 0; i < count; i++)
                Require(aead.TryOpen(7, box, plain));
        });
    }

    private static Benchmark LookUp(bool v4, int prefixes)
    {
        var random = new Random(1);
        var table = new AllowedIps();
        var peer = LoopbackPair.AnyPeer();
        var packets = new byte[1024][];
        for (var i = 0; i < prefixes; i++)
        {
            var address = new byte[v4 ? 4 : 16];
            random.NextBytes(address);
            table.Set(new IPNetwork(new IPAddress(address), address.Length * 8), peer);
            packets[i % packets.Length] = v4 ? InnerPacket.V4(address, 64) : InnerPacket.V6(address, 64);
        }
        var filled = Math.Min(prefixes, packets.Length);
        return new Benchmark($"look up {(v4 ? "IPv4" : "IPv6")} among {prefixes}", 0, count =>
        {
            for (var i = 0; i < count; i++)
                Require(table.FindByDestination(packets[i % filled]) is not null);
        });
    }

    private static Benchmark ReplayInOrder()
    {
        var window = new ReplayWindow(Limits.ReplayWindowBits);
        var counter = 0UL;
        return new Benchmark("replay window, in order", 0, count =>
        {
            for (var i = 0; i < count; i++)
                Require(window.Accept(counter++) == Drop.None);
        });
    }

    // Neighbours change places, as when two ways carry one flow.
    private static Benchmark ReplayOutOfOrder()
    {
        var window = new ReplayWindow(Limits.ReplayWindowBits);
        var counter = 0UL;
        return new Benchmark("replay window, out of order", 0, count =>
        {
            for (var i = 0; i < count; i++, counter++)
                Require(window.Accept(counter ^ 0x1f) == Drop.None);
        });
    }

    private static Benchmark Cut(string flow, SegmentKind kind)
    {
        var super = new SuperPacket(kind);
        return new Benchmark($"cut {flow}, 64 KB", super.Length, count =>
        {
            for (var i = 0; i < count; i++)
                Require(super.Cut() == super.Count);
        });
    }

    // The copy stands for the opening, which writes each packet where the joiner expects it.
    private static Benchmark Join(string flow, SegmentKind kind)
    {
        var super = new SuperPacket(kind);
        var pieces = super.Pieces();
        var writer = new CountingWriter();
        var joiner = new SegmentJoiner(writer);
        return new Benchmark($"join {flow}, 64 KB", super.Length, count =>
        {
            var before = writer.Writes;
            for (var i = 0; i < count; i++)
            {
                foreach (var piece in pieces)
                {
                    piece.CopyTo(joiner.Reserve(piece.Length));
                    joiner.Commit(piece.Length, null);
                }
                joiner.Flush();
            }
            Require(writer.Writes == before + count);
        });
    }

    private static Benchmark Path(int size)
    {
        var pair = new LoopbackPair();
        var packet = InnerPacket.V4(LoopbackPair.FarAddress, size);
        return new Benchmark($"tunnel to tunnel {size}", size, count =>
        {
            for (var i = 0; i < count; i++)
                Require(pair.Carry(packet, size));
        });
    }

    private static Benchmark Handshake()
    {
        var pair = new LoopbackPair();
        return new Benchmark("handshake of both ends", 0, count =>
        {
            for (var i = 0; i < count; i++)
                pair.Shake();
        });
    }

    private static void Require(bool condition)
    {
        if (!condition)
            throw new InvalidOperationException("the operation did not do what is measured");
    }
}
