using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Holdfast.Linux.Netlink;

public sealed partial record PolicyRule
{
    // linux/fib_rules.h
    private const ushort FRA_DST = 1;
    private const ushort FRA_SRC = 2;
    private const ushort FRA_IIFNAME = 3;
    private const ushort FRA_PRIORITY = 6;
    private const ushort FRA_FWMARK = 10;
    private const ushort FRA_SUPPRESS_PREFIXLEN = 14;
    private const ushort FRA_TABLE = 15;
    private const ushort FRA_FWMASK = 16;
    private const ushort FRA_OIFNAME = 17;
    private const ushort FRA_UID_RANGE = 20;
    private const ushort FRA_PROTOCOL = 21;
    private const ushort FRA_IP_PROTO = 22;
    private const ushort FRA_SPORT_RANGE = 23;
    private const ushort FRA_DPORT_RANGE = 24;
    private const uint FIB_RULE_INVERT = 2;
    private const int BodySize = 12;
    private const uint LargestByte = 255;

    /// <summary>Reads the body of an RTM_NEWRULE or RTM_DELRULE.</summary>
    /// <returns>Null if the bytes contradict themselves, or are of another family than IPv4 and IPv6.</returns>
    internal static PolicyRule? Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length < BodySize || body[0] is not (Libc.AF_INET or Libc.AF_INET6)) return null;
        var family = body[0] == Libc.AF_INET6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var rule = new PolicyRule
        {
            Family = family,
            Table = body[4],
            Action = (RuleAction)body[7],
            Invert = (MemoryMarshal.Read<uint>(body[8..]) & FIB_RULE_INVERT) != 0,
        };
        IPAddress? source = null, destination = null;
        uint mark = 0, mask = 0;
        var attributes = new AttributeReader(body[BodySize..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case FRA_SRC: source = attributes.Address(); break;
                case FRA_DST: destination = attributes.Address(); break;
                case FRA_FWMARK: mark = attributes.U32(); break;
                case FRA_FWMASK: mask = attributes.U32(); break;
                default: rule = rule.With(ref attributes); break;
            }
        }
        if (mask != 0) rule = rule with { Mark = new FirewallMark(mark, mask) };
        if (attributes.Malformed || !TryNetwork(source, body[2], family, out var from)
            || !TryNetwork(destination, body[1], family, out var to))
            return null;
        return rule with { From = from, To = to };
    }

    private PolicyRule With(ref AttributeReader attribute) => attribute.Type switch
    {
        FRA_PRIORITY => this with { Priority = attribute.U32() },
        FRA_TABLE => this with { Table = attribute.U32() },
        FRA_SUPPRESS_PREFIXLEN => this with { SuppressPrefixLength = NotNegative((int)attribute.U32()) },
        FRA_IIFNAME => this with { InputInterface = attribute.Text() },
        FRA_OIFNAME => this with { OutputInterface = attribute.Text() },
        FRA_PROTOCOL => this with { Protocol = attribute.U8() },
        FRA_IP_PROTO => this with { IpProtocol = attribute.U8() },
        FRA_UID_RANGE => this with { Users = ReadUsers(ref attribute) },
        FRA_SPORT_RANGE => this with { SourcePorts = ReadPorts(ref attribute) },
        FRA_DPORT_RANGE => this with { DestinationPorts = ReadPorts(ref attribute) },
        _ => this,
    };

    private static int? NotNegative(int value) => value < 0 ? null : value;

    // Both ends are read in one piece, so that a short attribute is noticed.
    private static UserRange ReadUsers(ref AttributeReader attribute)
    {
        var first = attribute.U32();
        return attribute.Require(8) ? new UserRange(first, MemoryMarshal.Read<uint>(attribute.Value[4..])) : default;
    }

    private static PortRange ReadPorts(ref AttributeReader attribute)
    {
        var first = attribute.U16();
        return attribute.Require(4) ? new PortRange(first, MemoryMarshal.Read<ushort>(attribute.Value[2..])) : default;
    }

    private static bool TryNetwork(IPAddress? address, int length, AddressFamily family, out IPNetwork? network)
    {
        network = address is null ? null : Prefix.Of(address, length);
        return address is null ? length == 0 : network is not null && address.AddressFamily == family;
    }

    internal void Write(ref NetlinkWriter message)
    {
        message.U8((byte)(Family == AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET));
        message.U8((byte)(To?.PrefixLength ?? 0));
        message.U8((byte)(From?.PrefixLength ?? 0));
        message.U8(0);
        message.U8((byte)(Table <= LargestByte ? Table : 0));
        message.U16(0);
        message.U8((byte)Action);
        message.U32(Invert ? FIB_RULE_INVERT : 0);
        if (To is { } to) message.Attribute(FRA_DST, to.BaseAddress);
        if (From is { } from) message.Attribute(FRA_SRC, from.BaseAddress);
        if (Priority != 0) message.Attribute(FRA_PRIORITY, Priority);
        if (Table != 0) message.Attribute(FRA_TABLE, Table);
        if (Mark is { } mark)
        {
            message.Attribute(FRA_FWMARK, mark.Value);
            message.Attribute(FRA_FWMASK, mark.Mask);
        }
        if (SuppressPrefixLength is { } length) message.Attribute(FRA_SUPPRESS_PREFIXLEN, (uint)length);
        if (InputInterface is not null) message.Attribute(FRA_IIFNAME, InputInterface);
        if (OutputInterface is not null) message.Attribute(FRA_OIFNAME, OutputInterface);
        if (Users is { } users)
        {
            Span<uint> both = [users.First, users.Last];
            message.Attribute(FRA_UID_RANGE, MemoryMarshal.AsBytes(both));
        }
        if (IpProtocol != 0) message.Attribute(FRA_IP_PROTO, IpProtocol);
        if (SourcePorts is { } sources) WritePorts(ref message, FRA_SPORT_RANGE, sources);
        if (DestinationPorts is { } destinations) WritePorts(ref message, FRA_DPORT_RANGE, destinations);
        if (Protocol != 0) message.Attribute(FRA_PROTOCOL, Protocol);
    }

    private static void WritePorts(ref NetlinkWriter message, ushort type, PortRange ports)
    {
        Span<ushort> both = [ports.First, ports.Last];
        message.Attribute(type, MemoryMarshal.AsBytes(both));
    }
}
