using System.Buffers.Binary;

namespace Holdfast.Labs;

/// <summary>
/// The ports of a packet, and where they stand; an ICMP echo's identifier stands for both, since the answer carries
/// the same one.
/// </summary>
internal readonly record struct Flow(byte Protocol, int SourcePortAt, int DestinationPortAt, ushort SourcePort,
    ushort DestinationPort, bool EchoRequest, bool EchoReply)
{
    private const byte EchoReplyV4 = 0, EchoRequestV4 = 8, EchoRequestV6 = 128, EchoReplyV6 = 129;

    /// <summary>Reads a packet's flow; false when it has none that a NAT can translate.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, IpLayout layout, out Flow flow)
    {
        flow = default;
        if (layout.LaterFragment || packet.Length < layout.Payload + 8)
            return false;
        return layout.Protocol switch
        {
            IpLayout.Udp or IpLayout.Tcp => ReadPorts(packet, layout, out flow),
            IpLayout.Icmp => ReadEcho(packet, layout, EchoRequestV4, EchoReplyV4, out flow),
            IpLayout.IcmpV6 => ReadEcho(packet, layout, EchoRequestV6, EchoReplyV6, out flow),
            _ => false,
        };
    }

    private static bool ReadPorts(ReadOnlySpan<byte> packet, IpLayout layout, out Flow flow)
    {
        var at = layout.Payload;
        flow = new Flow(layout.Protocol, at, at + 2, BinaryPrimitives.ReadUInt16BigEndian(packet[at..]),
            BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]), EchoRequest: false, EchoReply: false);
        return true;
    }

    private static bool ReadEcho(ReadOnlySpan<byte> packet, IpLayout layout, byte request, byte reply, out Flow flow)
    {
        var at = layout.Payload + 4;
        var identifier = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
        var type = packet[layout.Payload];
        // The far side's identifier is not ours to know: zero stands for "any", equal in request and reply.
        flow = type == request
            ? new Flow(layout.Protocol, at, at, identifier, 0, EchoRequest: true, EchoReply: false)
            : new Flow(layout.Protocol, at, at, 0, identifier, EchoRequest: false, EchoReply: true);
        return type == request || type == reply;
    }
}
