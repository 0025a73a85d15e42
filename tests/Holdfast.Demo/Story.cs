namespace Holdfast.Demos;

/// <summary>
/// What the demo tells its audience: numbered steps, in plain words. On a terminal a view stands below them, which is drawn anew
/// whenever it changes.
/// </summary>
/// <param name="output">Where.</param>
/// <param name="columns">The terminal's width; null is no terminal, and no view.</param>
internal sealed class Story(TextWriter output, int? columns)
{
    private readonly Lock _gate = new();
    private string[] _view = [];
    private int _steps;

    /// <summary>Whether there is a view.</summary>
    public bool HasView => columns is not null;

    /// <summary>A line without a number.</summary>
    public void Say(string text)
    {
        lock (_gate)
        {
            Erase();
            output.WriteLine(text);
            Draw();
        }
    }

    /// <summary>The next step.</summary>
    public void Step(string text) => Say($"{++_steps,2}. {text}");

    /// <summary>More about the step before.</summary>
    public void More(string text) => Say($"    {text}");

    /// <summary>What stands below from here on; empty is nothing.</summary>
    public void Show(params string[] view)
    {
        lock (_gate)
        {
            Erase();
            // A line that went over the edge would take two.
            _view = [.. view.Select(line => line[..Math.Min(line.Length, (columns ?? 0) - 1)])];
            Draw();
        }
    }

    private void Erase()
    {
        if (_view.Length > 0)
            output.Write($"\e[{_view.Length}A\e[J");
    }

    private void Draw()
    {
        foreach (var line in _view)
            output.WriteLine(line);
        // Somebody watches: each line is there when it is said.
        output.Flush();
    }
}
