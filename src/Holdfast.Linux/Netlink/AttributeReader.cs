using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Holdfast.Linux.Netlink;

/// <summary>Reads attributes, one by one. Bytes of any content are fine: reading ends, or a value reads as nothing, and
/// <see cref="Malformed"/> is set.</summary>
internal ref struct AttributeReader(ReadOnlySpan<byte> attributes)
{
    // NLA_F_NESTED and NLA_F_NET_BYTEORDER.
    private const ushort FlagsOfType = 0xc000;

    private ReadOnlySpan<byte> _rest = attributes;

    /// <summary>The attribute's number.</summary>
    internal ushort Type { get; private set; }

    /// <summary>The attribute's bytes.</summary>
    internal ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>True if an attribute contradicted itself, or had fewer bytes than were asked of it.</summary>
    internal bool Malformed { get; private set; }

    internal bool Next()
    {
        // The kernel too lets fewer bytes than a header stand behind the last one.
        if (_rest.Length < NetlinkWriter.AttributeSize) return false;
        var length = MemoryMarshal.Read<ushort>(_rest);
        if (length < NetlinkWriter.AttributeSize || length > _rest.Length)
        {
            Malformed = true;
            _rest = default;
            return false;
        }
        Type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & ~FlagsOfType);
        Value = _rest[NetlinkWriter.AttributeSize..length];
        _rest = _rest[Math.Min(length + 3 & ~3, _rest.Length)..];
        return true;
    }

    internal byte U8() => Number<byte>();

    internal ushort U16() => Number<ushort>();

    internal uint U32() => Number<uint>();

    /// <summary>The text up to its terminating zero.</summary>
    internal readonly string Text()
    {
        var end = Value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
    }

    /// <summary>An address of 4 or 16 bytes.</summary>
    internal IPAddress? Address() => Address(Value);

    /// <summary>The address in a struct rtvia: a family, then 4 or 16 bytes.</summary>
    internal IPAddress? Via() => Address(Value.Length < 2 ? default : Value[2..]);

    /// <summary>True if the attribute has so many bytes.</summary>
    internal bool Require(int size)
    {
        if (Value.Length >= size) return true;
        Malformed = true;
        return false;
    }

    /// <summary>Notes what a reader of this attribute's inside found.</summary>
    internal void Join(scoped in AttributeReader inner) => Malformed |= inner.Malformed;

    private IPAddress? Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 4 or 16) return new IPAddress(bytes);
        Malformed = true;
        return null;
    }

    private unsafe T Number<T>()
        where T : unmanaged => Require(sizeof(T)) ? MemoryMarshal.Read<T>(Value) : default;
}
