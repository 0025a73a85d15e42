using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Linux.Sockets;

/// <summary>An address and port on the packet path: a value without allocations. The default is no address
/// (<see cref="Family"/> 0).</summary>
public readonly struct DatagramAddress : IEquatable<DatagramAddress>
{
    // The 16 bytes in network byte order, as they stand in memory; IPv4 uses the first 4, the rest is zero.
    private readonly AddressBytes _bytes;

    /// <summary>Puts an address together.</summary>
    /// <param name="address">4 bytes for IPv4, 16 for IPv6, in network byte order.</param>
    /// <param name="port">The port, in the host's byte order.</param>
    /// <param name="scopeId">The interface's index for a link-local IPv6 address, otherwise 0.</param>
    /// <exception cref="ArgumentException">Neither 4 nor 16 bytes.</exception>
    public DatagramAddress(ReadOnlySpan<byte> address, ushort port, uint scopeId = 0)
    {
        Family = address.Length switch
        {
            4 => 4,
            16 => 6,
            _ => throw new ArgumentException("an address has 4 or 16 bytes", nameof(address)),
        };
        _bytes = new AddressBytes(address);
        Port = port;
        ScopeId = Family == 6 ? scopeId : 0;
    }

    /// <summary>4 for IPv4, 6 for IPv6, 0 for none.</summary>
    public byte Family { get; }

    /// <summary>The port, in the host's byte order.</summary>
    public ushort Port { get; }

    /// <summary>The interface's index for a link-local IPv6 address, otherwise 0.</summary>
    public uint ScopeId { get; }

    /// <summary>The address in network byte order: 4 bytes, 16, or none.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Address => _bytes.AsSpan(Family);

    /// <summary>The same address in the packet path's form. IPv4 addresses in IPv6's clothes become IPv4.</summary>
    public static DatagramAddress From(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var size);
        var scope = address.AddressFamily == AddressFamily.InterNetworkV6 ? (uint)address.ScopeId : 0;
        return new DatagramAddress(bytes[..size], (ushort)endPoint.Port, scope);
    }

    /// <summary>The same address in the framework's form; null if there is none.</summary>
    public IPEndPoint? ToIPEndPoint() => Family switch
    {
        4 => new IPEndPoint(new IPAddress(Address), Port),
        6 => new IPEndPoint(new IPAddress(Address, ScopeId), Port),
        _ => null,
    };

    /// <inheritdoc/>
    public bool Equals(DatagramAddress other) =>
        _bytes.Equals(other._bytes) && Port == other.Port && Family == other.Family && ScopeId == other.ScopeId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DatagramAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_bytes.GetHashCode(), Port, Family, ScopeId);

    /// <summary>As people write it: 192.0.2.1:51820, [2001:db8::1]:51820, [fe80::1%3]:51820, or nothing.</summary>
    public override string ToString() => ToIPEndPoint()?.ToString() ?? "";

    /// <summary>True if both are the same address, port and scope.</summary>
    public static bool operator ==(DatagramAddress left, DatagramAddress right) => left.Equals(right);

    /// <summary>True if the two differ.</summary>
    public static bool operator !=(DatagramAddress left, DatagramAddress right) => !left.Equals(right);

    internal static unsafe DatagramAddress Read(byte* socketAddress)
    {
        var family = *(ushort*)socketAddress;
        if (family == Libc.AF_INET)
        {
            var four = (Libc.SocketAddress4*)socketAddress;
            return new DatagramAddress(new ReadOnlySpan<byte>(&four->Address, 4), HostOrder(four->Port));
        }
        if (family != Libc.AF_INET6) return default;
        var six = (Libc.SocketAddress6*)socketAddress;
        return new DatagramAddress(new ReadOnlySpan<byte>(six->Address, 16), HostOrder(six->Port), six->ScopeId);
    }

    internal unsafe int Write(byte* socketAddress)
    {
        if (Family == 4)
        {
            *(Libc.SocketAddress4*)socketAddress = new Libc.SocketAddress4
            {
                Family = Libc.AF_INET,
                Port = HostOrder(Port),
                Address = _bytes.FirstFour,
            };
            return sizeof(Libc.SocketAddress4);
        }
        if (Family != 6) return 0;
        var six = (Libc.SocketAddress6*)socketAddress;
        six->Family = Libc.AF_INET6;
        six->Port = HostOrder(Port);
        six->FlowInfo = 0;
        _bytes.Write(six->Address);
        six->ScopeId = ScopeId;
        return sizeof(Libc.SocketAddress6);
    }

    private static ushort HostOrder(ushort port) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port;
}
