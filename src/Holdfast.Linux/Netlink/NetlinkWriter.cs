using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Holdfast.Linux.Netlink;

/// <summary>Writes one netlink message (linux/netlink.h): header, body, attributes, numbers in the host's byte order. More
/// than its memory holds is our own bug, and thrown as such.</summary>
internal ref struct NetlinkWriter
{
    internal const int HeaderSize = 16;
    internal const int AttributeSize = 4;

    private const ushort NLA_F_NESTED = 0x8000;

    private readonly Span<byte> _fill;
    private int _length;

    /// <summary>Begins a message. Its sequence number is set by who sends it.</summary>
    internal NetlinkWriter(Span<byte> fill, ushort type, ushort flags)
    {
        _fill = fill;
        U32(0);
        U16(type);
        U16(flags);
        U32(0);
        U32(0);
    }

    /// <summary>The whole message.</summary>
    internal readonly Span<byte> Message
    {
        get
        {
            MemoryMarshal.Write(_fill, (uint)_length);
            return _fill[.._length];
        }
    }

    internal void U8(byte value) => Take(1)[0] = value;

    internal void U16(ushort value) => MemoryMarshal.Write(Take(2), value);

    internal void U32(uint value) => MemoryMarshal.Write(Take(4), value);

    internal void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        U16((ushort)(AttributeSize + value.Length));
        U16(type);
        value.CopyTo(Take(value.Length));
        Align();
    }

    internal void Attribute(ushort type, uint value) => Attribute(type, MemoryMarshal.AsBytes(new Span<uint>(ref value)));

    internal void Attribute(ushort type, byte value) => Attribute(type, new ReadOnlySpan<byte>(in value));

    internal void Attribute(ushort type, string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Span<byte> bytes = size < 1024 ? stackalloc byte[size + 1] : new byte[size + 1];
        Encoding.UTF8.GetBytes(value, bytes);
        bytes[size] = 0;
        Attribute(type, bytes);
    }

    internal void Attribute(ushort type, IPAddress value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, out var size);
        Attribute(type, bytes[..size]);
    }

    /// <summary>Begins an attribute that holds others.</summary>
    /// <returns>What <see cref="EndNested"/> wants.</returns>
    internal int BeginNested(ushort type)
    {
        var start = _length;
        U16(0);
        U16((ushort)(type | NLA_F_NESTED));
        return start;
    }

    internal readonly void EndNested(int start) => MemoryMarshal.Write(_fill[start..], (ushort)(_length - start));

    private void Align()
    {
        var size = (4 - _length % 4) % 4;
        Take(size).Clear();
    }

    private Span<byte> Take(int size)
    {
        if (size > _fill.Length - _length)
            throw new InvalidOperationException($"a netlink message of more than {_fill.Length} bytes");
        var place = _fill.Slice(_length, size);
        _length += size;
        return place;
    }
}
