namespace Holdfast.Demos;

/// <summary>What the demo tells its audience: numbered steps, in plain words.</summary>
internal sealed class Story(TextWriter output)
{
    private int _steps;

    /// <summary>A line without a number.</summary>
    public void Say(string text)
    {
        output.WriteLine(text);
        // Somebody watches: each line is there when it is said.
        output.Flush();
    }

    /// <summary>The next step.</summary>
    public void Step(string text) => Say($"{++_steps,2}. {text}");

    /// <summary>More about the step before.</summary>
    public void More(string text) => Say($"    {text}");
}
