using System.Buffers.Binary;
using System.Security.Cryptography;
using Holdfast.Protocol.Segments;
using Holdfast.Protocol.Wire;

namespace Holdfast.Micro;

/// <summary>A packet that a host leaves whole: as many full segments as one IP packet holds, random bytes.</summary>
internal sealed class SuperPacket
{
    // What a tunnel's usual MTU carries, TCP with timestamps.
    private const int Mtu = 1420;
    private const int TcpBytes = 32;

    private readonly byte[] _memory = new byte[SegmentSplitter.MaximumHeaders];
    private readonly VirtioHeader _header;
    private readonly byte[] _headers;
    private readonly byte[] _buffer;

    public SuperPacket(SegmentKind kind)
    {
        var (v6, tcp) = (kind == SegmentKind.Tcp6, kind != SegmentKind.Udp);
        var transport = v6 ? IpHeader.V6Bytes : IpHeader.V4Bytes;
        var payload = transport + (tcp ? TcpBytes : InnerHeaders.UdpBytes);
        var segment = Mtu - payload;
        Count = (ushort.MaxValue - payload) / segment;
        Length = payload + Count * segment;
        _buffer = RandomNumberGenerator.GetBytes(Length + SegmentSplitter.Room);
        _header = new VirtioHeader
        {
            NeedsChecksum = true,
            Kind = kind,
            HeaderBytes = (ushort)payload,
            SegmentBytes = (ushort)segment,
            ChecksumStart = (ushort)transport,
            ChecksumOffset = (ushort)(tcp ? InnerHeaders.TcpChecksum : InnerHeaders.UdpChecksum),
        };
        WriteHeaders(_buffer.AsSpan(0, Length), v6, tcp, transport);
        _headers = _buffer[..payload];
    }

    /// <summary>Bytes of it.</summary>
    public int Length { get; }

    /// <summary>Packets that it stands for.</summary>
    public int Count { get; }

    /// <summary>Cuts it. The bytes that the last cutting left under its headers are payload like any other.</summary>
    /// <returns>How many packets it was.</returns>
    public int Cut()
    {
        var count = 0;
        var splitter = Begin();
        while (splitter.TryNext(out _, out _)) count++;
        return count;
    }

    /// <summary>Cuts it, and copies what comes.</summary>
    public byte[][] Pieces()
    {
        var pieces = new List<byte[]>();
        var splitter = Begin();
        while (splitter.TryNext(out var packet, out var length)) pieces.Add(packet[..length].ToArray());
        return [.. pieces];
    }

    private SegmentSplitter Begin()
    {
        _headers.CopyTo(_buffer, 0);
        return SegmentSplitter.TryBegin(_buffer, Length, _header, _memory, out var splitter)
            ? splitter : throw new InvalidOperationException("its headers do not fit");
    }

    private static void WriteHeaders(Span<byte> packet, bool v6, bool tcp, int transport)
    {
        packet[0] = (byte)(v6 ? 0x60 : 0x45);
        packet[v6 ? 6 : 9] = tcp ? InnerHeaders.Tcp : IpHeader.Udp;
        if (!v6) BinaryPrimitives.WriteUInt16BigEndian(packet[6..], 0x4000); // don't fragment
        if (tcp)
        {
            packet[transport + InnerHeaders.TcpOffset] = TcpBytes / 4 << 4;
            packet[transport + InnerHeaders.TcpFlags] = InnerHeaders.Ack;
        }
        if (!InnerHeaders.TryRead(packet, tcp, transport, out var layout))
            throw new InvalidOperationException("its headers can't be read");
        layout.WriteIp(packet, identification: 1);
        // The host leaves the sum of the pseudo header for its device to go on with.
        BinaryPrimitives.WriteUInt16BigEndian(
            packet[(transport + layout.ChecksumOffset)..], Checksum.Fold(layout.PseudoSum(packet)));
    }
}
