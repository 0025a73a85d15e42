using System.Globalization;
using System.Text;

namespace Holdfast.Fuzz;

/// <summary>
/// Inputs in a text file, one a line, so that a change of a corpus can be read: printable ASCII stands for itself, <c>\\</c> for a
/// backslash, <c>\n</c> for a line feed, <c>\xNN</c> for any other byte.
/// </summary>
internal static class CorpusFile
{
    internal static List<byte[]> Load(string path) =>
        File.Exists(path) ? [.. File.ReadLines(path, Encoding.ASCII).Select(Decode)] : [];

    internal static void Save(string path, IEnumerable<byte[]> inputs)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path + ".new", inputs.Select(i => Encode(i)), Encoding.ASCII);
        File.Move(path + ".new", path, overwrite: true);
    }

    internal static string Encode(ReadOnlySpan<byte> input)
    {
        var text = new StringBuilder(input.Length * 2);
        foreach (var value in input)
        {
            if (value == '\\') text.Append(@"\\");
            else if (value == '\n') text.Append(@"\n");
            else if (value is >= 0x20 and < 0x7F) text.Append((char)value);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }
        return text.ToString();
    }

    internal static byte[] Decode(string line)
    {
        var bytes = new List<byte>(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                bytes.Add((byte)line[i]);
                continue;
            }
            switch (line[++i])
            {
                case '\\': bytes.Add((byte)'\\'); break;
                case 'n': bytes.Add((byte)'\n'); break;
                default:
                    bytes.Add(byte.Parse(line.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    i += 2;
                    break;
            }
        }
        return [.. bytes];
    }
}
