using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Linux.Netlink;

/// <summary>A rule that chooses the table for a packet (RTM_NEWRULE, ip-rule(8)). The conditions must all hold.</summary>
public sealed partial record PolicyRule
{
    /// <summary>IPv4 or IPv6.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>The lowest is asked first; 0 lets the kernel choose.</summary>
    public uint Priority { get; init; }

    /// <summary>The table that is looked up; 0 for other actions.</summary>
    public uint Table { get; init; }

    /// <summary>What it does.</summary>
    public RuleAction Action { get; init; } = RuleAction.Lookup;

    /// <summary>Packets with this mark; null for all.</summary>
    public FirewallMark? Mark { get; init; }

    /// <summary>All but the packets that the conditions hold for.</summary>
    public bool Invert { get; init; }

    /// <summary>Don't take a route whose prefix has this many bits or fewer: 0 passes default routes over. Null takes all.</summary>
    public int? SuppressPrefixLength { get; init; }

    /// <summary>Packets from this network; null for all.</summary>
    public IPNetwork? From { get; init; }

    /// <summary>Packets to this network; null for all.</summary>
    public IPNetwork? To { get; init; }

    /// <summary>Packets that came in by this interface; null for all.</summary>
    public string? InputInterface { get; init; }

    /// <summary>Packets of sockets that are bound to this interface; null for all.</summary>
    public string? OutputInterface { get; init; }

    /// <summary>Packets of these users' sockets; null for all.</summary>
    public UserRange? Users { get; init; }

    /// <summary>Packets of this IP protocol (6 TCP, 17 UDP); 0 for all.</summary>
    public byte IpProtocol { get; init; }

    /// <summary>Packets from these ports; null for all.</summary>
    public PortRange? SourcePorts { get; init; }

    /// <summary>Packets to these ports; null for all.</summary>
    public PortRange? DestinationPorts { get; init; }

    /// <summary>Who set it (RTPROT_*): 2 the kernel, 3 boot, 4 an administrator.</summary>
    public byte Protocol { get; init; }

    /// <summary>Much as ip(8) writes it: 22001: not from all fwmark 0xca6c lookup 51820.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append($"{Priority}: {(Invert ? "not " : "")}from {(From is null ? "all" : From)}");
        if (To is not null) Append($" to {To}");
        if (Mark is { } mark) Append($" fwmark 0x{mark.Value:x}");
        if (Mark is { Mask: not uint.MaxValue } masked) Append($"/0x{masked.Mask:x}");
        if (InputInterface is not null) Append($" iif {InputInterface}");
        if (OutputInterface is not null) Append($" oif {OutputInterface}");
        if (Users is { } users) Append($" uidrange {users.First}-{users.Last}");
        if (IpProtocol != 0) Append($" ipproto {IpProtocol}");
        if (SourcePorts is { } sources) Append($" sport {sources.First}-{sources.Last}");
        if (DestinationPorts is { } destinations) Append($" dport {destinations.First}-{destinations.Last}");
        if (Action == RuleAction.Lookup) Append($" lookup {Table}");
        else Append($" {Action.ToString().ToLowerInvariant()}");
        if (SuppressPrefixLength is { } length) Append($" suppress_prefixlength {length}");
        return text.ToString();

        void Append(FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));
    }
}
