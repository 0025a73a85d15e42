using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Linux.Services;

/// <summary>One entry of systemd's journal in its native form: fields, each with a name and any text
/// (systemd.io/JOURNAL_NATIVE_PROTOCOL).</summary>
public sealed class JournalEntry
{
    /// <summary>Bytes of one field's text; what is longer is cut. All fields of an entry fit into one datagram
    /// then.</summary>
    public const int FieldBytes = 4096;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The entry as it is sent.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>Adds a field.</summary>
    /// <param name="name">Capitals, digits and underscores, beginning with a capital.</param>
    /// <param name="text">Any text, with line ends too.</param>
    public JournalEntry Add(string name, string text)
    {
        var bytes = Cut(Encoding.UTF8.GetBytes(text));
        Encoding.ASCII.GetBytes(name, _bytes);
        if (bytes.Contains((byte)'\n'))
        {
            // Its length says where it ends: 64 bits, little end first.
            _bytes.Write("\n"u8);
            BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), bytes.Length);
            _bytes.Advance(sizeof(long));
        }
        else
        {
            _bytes.Write("="u8);
        }
        _bytes.Write(bytes);
        _bytes.Write("\n"u8);
        return this;
    }

    // Not in the middle of a character: 10xxxxxx goes on with one.
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text)
    {
        if (text.Length <= FieldBytes) return text;
        var end = FieldBytes;
        while ((text[end] & 0xC0) == 0x80) end--;
        return text[..end];
    }
}
