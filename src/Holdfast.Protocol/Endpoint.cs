using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Protocol;

/// <summary>Address and UDP port of a peer, as a value that fits the packet path: no allocation, cheap equality.</summary>
/// <param name="Address">Network order, left-aligned: an IPv4 address is in the upper 32 bits.</param>
/// <param name="Port">UDP port, host order.</param>
/// <param name="Family">IP version, 4 or 6; 0 is "not known".</param>
/// <param name="ScopeId">Interface index of an IPv6 link-local address, else 0.</param>
public readonly record struct Endpoint(AddressBits Address, ushort Port, byte Family, uint ScopeId = 0)
{
    /// <summary>Whether there is an address at all.</summary>
    public bool IsKnown => Family != 0;

    /// <summary>The upper 32 bits: the whole of an IPv4 address.</summary>
    public uint V4 => Address.V4;

    /// <summary>An endpoint from the framework's type; an IPv4-mapped IPv6 address becomes IPv4.</summary>
    public static Endpoint From(IPEndPoint endpoint)
    {
        var address = endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4() : endpoint.Address;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        var v4 = address.AddressFamily == AddressFamily.InterNetwork;
        return new Endpoint(AddressBits.ReadV6(bytes), (ushort)endpoint.Port,
            v4 ? (byte)4 : (byte)6, v4 ? 0 : (uint)address.ScopeId);
    }

    /// <summary>The framework's type.</summary>
    public IPEndPoint ToIPEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        Address.Write(bytes);
        var address = Family == 4 ? new IPAddress(bytes[..4]) : new IPAddress(bytes, ScopeId);
        return new IPEndPoint(address, Port);
    }

    /// <summary>Address then port in network order, as the cookie's MAC covers them. Fills, returns the length.</summary>
    internal int WriteForCookie(Span<byte> fill)
    {
        Address.Write(fill);
        var length = Family == 4 ? 4 : 16;
        BinaryPrimitives.WriteUInt16BigEndian(fill[length..], Port);
        return length + 2;
    }

    /// <inheritdoc/>
    public override string ToString() => IsKnown ? ToIPEndPoint().ToString() : "(none)";
}
