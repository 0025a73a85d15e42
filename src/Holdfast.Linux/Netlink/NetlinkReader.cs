using System.Runtime.InteropServices;

namespace Holdfast.Linux.Netlink;

/// <summary>Reads the messages of a netlink datagram, one by one. Bytes of any content are fine: reading ends, and
/// <see cref="Malformed"/> tells why.</summary>
internal ref struct NetlinkReader(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    /// <summary>True if reading ended at a message that contradicts itself.</summary>
    internal bool Malformed { get; private set; }

    internal bool Next(out NetlinkMessage message)
    {
        message = default;
        if (_rest.IsEmpty) return false;
        if (_rest.Length < NetlinkWriter.HeaderSize) return Fail();
        var length = MemoryMarshal.Read<uint>(_rest);
        if (length < NetlinkWriter.HeaderSize || length > _rest.Length) return Fail();
        var whole = _rest[..(int)length];
        message = new NetlinkMessage(
            MemoryMarshal.Read<ushort>(whole[4..]),
            MemoryMarshal.Read<ushort>(whole[6..]),
            MemoryMarshal.Read<uint>(whole[8..]),
            whole[NetlinkWriter.HeaderSize..]);
        _rest = _rest[Math.Min((int)length + 3 & ~3, _rest.Length)..];
        return true;
    }

    private bool Fail()
    {
        Malformed = true;
        _rest = default;
        return false;
    }
}
