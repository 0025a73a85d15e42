using Holdfast.Linux.Sockets;
using Holdfast.Protocol;

namespace Holdfast.Engine.Transports;

/// <summary>Between the protocol's addresses and the sockets'; both are values, so this costs a few moves.</summary>
internal static class AddressMapping
{
    internal static DatagramAddress ToSocket(this in Endpoint endpoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        endpoint.Address.Write(bytes);
        return new DatagramAddress(endpoint.Family == 4 ? bytes[..4] : bytes, endpoint.Port, endpoint.ScopeId);
    }

    internal static Endpoint ToEndpoint(this in DatagramAddress address) =>
        new(Aligned(address.Address), address.Port, address.Family, address.ScopeId);

    internal static LocalAddress ToLocal(this in SourceAddress source) =>
        source.IsNone ? default : new LocalAddress(Aligned(source.Address), source.InterfaceIndex);

    /// <summary>
    /// The source to ask the kernel for. The interface is left to routing, so that a reply follows a route that moved; the
    /// address alone is kept.
    /// </summary>
    internal static SourceAddress ToSource(this in LocalAddress local, byte family)
    {
        if (local.Address == default) return default;
        Span<byte> bytes = stackalloc byte[16];
        local.Address.Write(bytes);
        return new SourceAddress(family == 4 ? bytes[..4] : bytes);
    }

    private static AddressBits Aligned(ReadOnlySpan<byte> address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.CopyTo(bytes);
        return AddressBits.ReadV6(bytes);
    }
}
