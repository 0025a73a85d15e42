using System.Text;

namespace Holdfast.Rendering;

/// <summary>A heading and rows under it, with columns as wide as they need, and notes below.</summary>
/// <param name="style">What the place can show.</param>
/// <param name="headings">The columns' names.</param>
internal sealed class TableText(RenderStyle style, params string[] headings)
{
    private const string Gap = "  ";

    private readonly List<(Tint Tint, string[] Cells)> _rows = [(Tint.Strong, headings)];
    private readonly List<string> _notes = [];

    /// <summary>Adds a row, a cell for each heading.</summary>
    internal void Row(Tint tint, params string[] cells) => _rows.Add((tint, [.. cells.Select(LabelledText.Clean)]));

    /// <summary>Adds a line below the table.</summary>
    internal void Note(string text) => _notes.Add(LabelledText.Clean(text));

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        var widths = headings.Select((_, column) => _rows.Max(row => row.Cells[column].Length)).ToArray();
        foreach (var (tint, cells) in _rows)
        {
            var line = string.Join(Gap, cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
            text.Append(LabelledText.Paint(line, tint, style)).Append('\n');
        }
        foreach (var note in _notes) text.Append(note).Append('\n');
        return text.ToString();
    }
}
