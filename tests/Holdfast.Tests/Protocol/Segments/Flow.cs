using System.Buffers.Binary;
using Holdfast.Protocol.Segments;

namespace Holdfast.Tests.Protocol.Segments;

/// <summary>A flow of a random kind, which gives its packets one by one, or many of them as the host's super-packet.</summary>
internal sealed class Flow
{
    private readonly Random _random;
    private readonly byte[] _headers;
    private uint _sequence;
    private ushort _identification;

    internal Flow(Random random, bool v6, bool tcp, bool plain = false)
    {
        (_random, IsV6, IsTcp) = (random, v6, tcp);
        (_sequence, _identification) = ((uint)random.NextInt64(), (ushort)random.Next());
        var options = plain ? 0 : random.Next(4) * 4;
        byte[] transport = IsTcp ? Tcp(plain ? 12 : random.Next(11) * 4) : Udp();
        _headers = [.. IsV6 ? V6(options) : V4(options), .. transport];
        Transport = _headers.Length - transport.Length;
    }

    internal bool IsV6 { get; }

    internal bool IsTcp { get; }

    internal int Transport { get; }

    internal int HeaderBytes => _headers.Length;

    /// <summary>The flow's next packet, as any sender would make it.</summary>
    internal byte[] Next(byte[] payload, byte flags = 0x10)
    {
        byte[] packet = [.. _headers, .. payload];
        if (IsV6) BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(packet.Length - 40));
        else BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        if (!IsV6) BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), _identification++);
        var transport = packet.AsSpan(Transport);
        if (IsTcp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(transport[4..], _sequence);
            transport[13] = flags;
            _sequence += (uint)payload.Length;
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transport.Length);
        }
        PacketSums.Write(packet, Transport, IsTcp);
        return packet;
    }

    /// <summary>What the host hands to a device with offload: one packet, its checksums left to be done.</summary>
    internal (byte[] Packet, VirtioHeader Header) Super(byte[] payload, int segmentBytes, byte flags)
    {
        var before = (_sequence, _identification);
        var packet = Next(payload, flags);
        _identification = (ushort)(before._identification + (payload.Length + segmentBytes - 1) / segmentBytes);
        if (!IsV6) packet.AsSpan(10, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(
            packet.AsSpan(Transport + (IsTcp ? 16 : 6)), PacketSums.Partial(packet, Transport, IsTcp));
        return (packet, new VirtioHeader
        {
            NeedsChecksum = true,
            Kind = !IsTcp ? SegmentKind.Udp : IsV6 ? SegmentKind.Tcp6 : SegmentKind.Tcp4,
            HeaderBytes = (ushort)_random.Next(),
            SegmentBytes = (ushort)segmentBytes,
            ChecksumStart = (ushort)Transport,
            ChecksumOffset = (ushort)(IsTcp ? 16 : 6),
        });
    }

    /// <summary>Forgets some bytes, as a lossy way does.</summary>
    internal void Skip(int bytes) => _sequence += (uint)bytes;

    internal byte[] Payload(int size)
    {
        var bytes = new byte[size];
        _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] V4(int options)
    {
        var header = Payload(20 + options);
        header[0] = (byte)(0x45 + options / 4);
        header[6] = 0x40; // don't fragment
        header[7] = 0;
        header[9] = (byte)(IsTcp ? 6 : 17);
        return header;
    }

    private byte[] V6(int extensions)
    {
        var next = (byte)(IsTcp ? 6 : 17);
        var header = Payload(40);
        header[0] = (byte)(0x60 | header[0] & 0xF);
        header[6] = extensions == 0 ? next : extensions == 12 ? (byte)43 : (byte)60; // routing, or destination options
        if (extensions == 0) return header;
        var extension = Payload(extensions * 2);
        extension[0] = next;
        extension[1] = (byte)(extension.Length / 8 - 1);
        if (extensions == 12) (extension[2], extension[3]) = (2, 1); // one address to go (RFC 6275 section 6.4)
        return [.. header, .. extension];
    }

    private byte[] Tcp(int options)
    {
        var header = Payload(20 + options);
        header[12] = (byte)(header.Length / 4 << 4);
        header[18] = header[19] = 0;
        return header;
    }

    private byte[] Udp() => Payload(8);
}
