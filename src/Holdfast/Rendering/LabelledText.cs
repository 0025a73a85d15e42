using System.Text;

namespace Holdfast.Rendering;

/// <summary>Headings, and under them lines of a label and its values. Long lists go on in the next line.</summary>
internal sealed class LabelledText(RenderStyle style)
{
    private const string Indent = "  ";
    private const string Continued = "    ";

    private readonly StringBuilder _text = new();

    /// <summary>Begins a block, with an empty line before it unless it is the first.</summary>
    internal void Heading(string label, string value)
    {
        if (_text.Length > 0) _text.Append('\n');
        _text.Append(Paint(label, Tint.Strong)).Append(": ").Append(Clean(value)).Append('\n');
    }

    /// <summary>A label with one value.</summary>
    internal void Line(string label, string value, Tint tint = Tint.None) => Line(label, [value], tint);

    /// <summary>A label with values between which the line may be broken; nothing without values.</summary>
    internal void Line(string label, IReadOnlyList<string> values, Tint tint = Tint.None)
    {
        if (values.Count == 0) return;
        _text.Append(Indent).Append(Paint(label, Tint.Strong)).Append(':');
        var column = Indent.Length + label.Length + 1;
        for (var i = 0; i < values.Count; i++)
        {
            var value = Clean(values[i]) + (i < values.Count - 1 ? "," : "");
            if (column + 1 + value.Length > style.Width && column > Continued.Length)
            {
                _text.Append('\n').Append(Continued);
                column = Continued.Length;
            }
            else
            {
                _text.Append(' ');
                column++;
            }
            _text.Append(Paint(value, tint));
            column += value.Length;
        }
        _text.Append('\n');
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private string Paint(string text, Tint tint) => Paint(text, tint, style);

    /// <summary>The text in its colour, where there are colours.</summary>
    internal static string Paint(string text, Tint tint, RenderStyle style)
    {
        if (!style.Colour || tint == Tint.None) return text;
        var code = tint switch { Tint.Good => 32, Tint.Waiting => 33, Tint.Bad => 31, _ => 1 };
        return $"\e[{code}m{text}\e[0m";
    }

    /// <summary>A path or name may hold what a terminal would obey.</summary>
    internal static string Clean(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
}
