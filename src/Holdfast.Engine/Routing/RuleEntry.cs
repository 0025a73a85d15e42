using System.Net.Sockets;

namespace Holdfast.Engine.Routing;

/// <summary>A policy rule that looks up a table.</summary>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Priority">The lower, the earlier.</param>
/// <param name="Table">The table to look up.</param>
/// <param name="Mark">The mark it matches; null for any.</param>
/// <param name="Invert">Whether it is for packets that do not match.</param>
/// <param name="SuppressPrefixLength">Results with a prefix no longer than this don't count; null for no such
/// limit.</param>
/// <param name="Protocol">Who made it (FRA_PROTOCOL).</param>
public sealed record RuleEntry(
    AddressFamily Family, uint Priority, uint Table, uint? Mark, bool Invert, int? SuppressPrefixLength, byte Protocol)
    : NetworkEntry(Protocol)
{
    /// <summary>Whatever else the rule says (addresses, interfaces, ports, another action), in words; empty for ours.
    /// A rule with more to it never passes for one of ours.</summary>
    public string More { get; init; } = "";
}
