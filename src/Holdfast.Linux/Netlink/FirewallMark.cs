namespace Holdfast.Linux.Netlink;

/// <summary>Which marks of packets a rule takes: those that equal the value in the mask's bits.</summary>
/// <param name="Value">The value.</param>
/// <param name="Mask">The bits that count.</param>
public readonly record struct FirewallMark(uint Value, uint Mask = uint.MaxValue);
