using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Holdfast.Linux.Sockets;

/// <summary>The address and interface of this host that a datagram came to, or is to be sent from. The default lets
/// the kernel choose.</summary>
public readonly struct SourceAddress : IEquatable<SourceAddress>
{
    private readonly AddressBytes _bytes;

    /// <summary>Puts a source together.</summary>
    /// <param name="address">4 bytes for IPv4, 16 for IPv6, in network byte order.</param>
    /// <param name="interfaceIndex">The interface to leave by; 0 lets the routes choose.</param>
    /// <exception cref="ArgumentException">Neither 4 nor 16 bytes.</exception>
    public SourceAddress(ReadOnlySpan<byte> address, int interfaceIndex = 0)
    {
        Family = address.Length switch
        {
            4 => 4,
            16 => 6,
            _ => throw new ArgumentException("an address has 4 or 16 bytes", nameof(address)),
        };
        _bytes = new AddressBytes(address);
        InterfaceIndex = interfaceIndex;
    }

    /// <summary>4 for IPv4, 6 for IPv6, 0 for none.</summary>
    public byte Family { get; }

    /// <summary>The interface's index; 0 for none.</summary>
    public int InterfaceIndex { get; }

    /// <summary>True if the kernel chooses.</summary>
    public bool IsNone => Family == 0;

    /// <summary>The address in network byte order: 4 bytes, 16, or none.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Address => _bytes.AsSpan(Family);

    /// <summary>The same source in the packet path's form.</summary>
    public static SourceAddress From(IPAddress address, int interfaceIndex = 0)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var size);
        return new SourceAddress(bytes[..size], interfaceIndex);
    }

    /// <summary>The address in the framework's form; null if there is none.</summary>
    public IPAddress? ToIPAddress() => IsNone ? null : new IPAddress(Address);

    /// <inheritdoc/>
    public bool Equals(SourceAddress other) =>
        _bytes.Equals(other._bytes) && Family == other.Family && InterfaceIndex == other.InterfaceIndex;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SourceAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_bytes.GetHashCode(), Family, InterfaceIndex);

    /// <summary>As people write it: 192.0.2.1 on 3, or nothing.</summary>
    public override string ToString() =>
        IsNone ? "" : InterfaceIndex == 0 ? $"{ToIPAddress()}" : $"{ToIPAddress()} on {InterfaceIndex}";

    /// <summary>True if both are the same address and interface.</summary>
    public static bool operator ==(SourceAddress left, SourceAddress right) => left.Equals(right);

    /// <summary>True if the two differ.</summary>
    public static bool operator !=(SourceAddress left, SourceAddress right) => !left.Equals(right);

    internal unsafe void Write(byte* fill) => _bytes.Write(fill);

    internal uint FirstFour => _bytes.FirstFour;
}
