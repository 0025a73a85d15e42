using System.Globalization;
using System.Text;

namespace Holdfast.FullKernels;

/// <summary>Writes an archive that the kernel unpacks as its first root: cpio's "newc" form
/// (Documentation/driver-api/early-userspace/buffer-format.rst of the kernel).</summary>
internal sealed class CpioArchive
{
    private const uint Directory = 0x4000, File = 0x8000, Executable = 0x1ED, Link = 0xA000;
    private const int Alignment = 4;

    private readonly Stream _to;
    private long _written;
    private int _number;

    public CpioArchive(Stream to) => _to = to;

    public void AddDirectory(string path) => Add(path, Directory | Executable, []);

    /// <summary>Adds a file that everybody may read and run.</summary>
    public void AddFile(string path, ReadOnlySpan<byte> borrowed) => Add(path, File | Executable, borrowed);

    /// <inheritdoc cref="AddFile(string, ReadOnlySpan{byte})"/>
    public void AddFile(string path, string text) => AddFile(path, Encoding.UTF8.GetBytes(text));

    public void AddLink(string path, string target) => Add(path, Link | Executable, Encoding.UTF8.GetBytes(target));

    /// <summary>Nothing follows; without this entry the kernel calls the archive broken.</summary>
    public void End() => Add("TRAILER!!!", 0, []);

    private void Add(string path, uint mode, ReadOnlySpan<byte> content)
    {
        // magic, inode, mode, uid, gid, links, mtime, size, four device numbers, length of the name with its 0, checksum
        uint[] fields =
            [(uint)++_number, mode, 0, 0, 1, 0, (uint)content.Length, 0, 0, 0, 0, (uint)path.Length + 1, 0];
        var header = new StringBuilder("070701");
        foreach (var field in fields)
            header.Append(field.ToString("x8", CultureInfo.InvariantCulture));
        Write(Encoding.ASCII.GetBytes($"{header}{path}\0"));
        Write(content);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _to.Write(bytes);
        _written += bytes.Length;
        for (; _written % Alignment != 0; _written++)
            _to.WriteByte(0);
    }
}
