using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;

namespace Holdfast.LabTests.Hostile;

/// <summary>A UDP datagram that passed a wire.</summary>
/// <param name="From">Whence.</param>
/// <param name="To">Whither.</param>
/// <param name="Bytes">Its payload.</param>
internal sealed record Overheard(IPEndPoint From, IPEndPoint To, byte[] Bytes)
{
    /// <summary>The message's type, as WireGuard numbers them.</summary>
    public uint Type => BinaryPrimitives.ReadUInt32LittleEndian(Bytes);

    /// <summary>Listens to both directions of a wire from here on.</summary>
    public static ConcurrentQueue<Overheard> Listen(Wire wire)
    {
        var heard = new ConcurrentQueue<Overheard>();
        wire.Change(f => f with
        {
            Blocks = packet =>
            {
                if (TryRead(packet) is { } datagram)
                    heard.Enqueue(datagram);
                return false;
            },
        });
        return heard;
    }

    private static Overheard? TryRead(ReadOnlySpan<byte> packet)
    {
        if (!IpLayout.TryRead(packet, out var layout) || layout.Protocol != IpLayout.Udp || layout.LaterFragment
            || packet.Length < layout.Payload + 12)
            return null;
        var udp = packet[layout.Payload..];
        return new Overheard(
            new IPEndPoint(new IPAddress(packet.Slice(layout.Source, layout.AddressSize)), BinaryPrimitives.ReadUInt16BigEndian(udp)),
            new IPEndPoint(new IPAddress(packet.Slice(layout.Destination, layout.AddressSize)),
                BinaryPrimitives.ReadUInt16BigEndian(udp[2..])),
            udp[8..].ToArray());
    }
}
