using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Holdfast.Linux.Sockets;

/// <summary>Up to 16 bytes of an address in network byte order, as they stand in memory; what is not used is
/// zero.</summary>
internal readonly struct AddressBytes : IEquatable<AddressBytes>
{
    private readonly ulong _first;
    private readonly ulong _second;

    internal AddressBytes(ReadOnlySpan<byte> address)
    {
        if (address.Length == 16)
        {
            _first = MemoryMarshal.Read<ulong>(address);
            _second = MemoryMarshal.Read<ulong>(address[8..]);
        }
        else
        {
            address.CopyTo(MemoryMarshal.AsBytes(new Span<ulong>(ref _first)));
        }
    }

    internal uint FirstFour => BitConverter.IsLittleEndian ? (uint)_first : (uint)(_first >> 32);

    /// <summary>The bytes that an address of a family (4, 6 or 0) has.</summary>
    [UnscopedRef]
    internal ReadOnlySpan<byte> AsSpan(byte family) =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in _first, 2))[..SizeOf(family)];

    internal unsafe void Write(byte* fill)
    {
        Unsafe.WriteUnaligned(fill, _first);
        Unsafe.WriteUnaligned(fill + 8, _second);
    }

    public bool Equals(AddressBytes other) => _first == other._first && _second == other._second;

    public override bool Equals(object? obj) => obj is AddressBytes other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_first, _second);

    private static int SizeOf(byte family) => family switch { 4 => 4, 6 => 16, _ => 0 };
}
