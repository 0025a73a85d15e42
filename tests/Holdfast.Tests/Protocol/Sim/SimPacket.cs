using System.Buffers.Binary;
using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>Inner packets of a simulation: IPv4 or IPv6 headers, whose payload says from whom, to whom, and which.</summary>
internal static class SimPacket
{
    public const int MinimumBytes = 56;

    /// <summary>Bytes behind a packet that a tunnel may fill with padding.</summary>
    public const int PaddingRoom = 15;

    public static byte[] Between(int from, int to, long id, int size, bool v6 = false)
    {
        size = Math.Max(size, MinimumBytes);
        var packet = new byte[size + PaddingRoom];
        if (v6)
        {
            packet[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(size - 40));
            packet[6] = 59; // no next header
            Address6(from).CopyTo(packet.AsSpan(8));
            Address6(to).CopyTo(packet.AsSpan(24));
        }
        else
        {
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)size);
            packet[8] = 64;
            packet[9] = 253; // RFC 3692: for experiments
            Address4(from).CopyTo(packet.AsSpan(12));
            Address4(to).CopyTo(packet.AsSpan(16));
        }
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(40), from);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(44), to);
        BinaryPrimitives.WriteInt64BigEndian(packet.AsSpan(48), id);
        return packet;
    }

    /// <summary>Whether a transport message carries a packet: keepalives and frames are shorter than any.</summary>
    public static bool IsIn(ReadOnlySpan<byte> datagram) => datagram.Length >= MinimumBytes + Message.TransportMinimumBytes;

    public static (int From, int To, long Id) Read(ReadOnlySpan<byte> packet) => (
        BinaryPrimitives.ReadInt32BigEndian(packet[40..]), BinaryPrimitives.ReadInt32BigEndian(packet[44..]),
        BinaryPrimitives.ReadInt64BigEndian(packet[48..]));

    public static byte[] Address4(int node) => [10, 7, (byte)(node >> 8), (byte)node];

    public static byte[] Address6(int node) => [0xFD, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)(node >> 8), (byte)node];

    /// <summary>Where a node is on the wire outside.</summary>
    public static Endpoint Outer(int node, ushort port) =>
        Endpoint.From(new IPEndPoint(new IPAddress([198, (byte)(18 + (node >> 16)), (byte)(node >> 8), (byte)node]), port));
}
