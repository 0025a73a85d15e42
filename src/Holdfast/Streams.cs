namespace Holdfast;

/// <summary>The three streams that a verb talks through.</summary>
/// <param name="output">The answer, and nothing else.</param>
/// <param name="error">Everything else; each line stands there at once.</param>
/// <param name="input">What the verb reads.</param>
internal sealed class Streams(TextWriter output, TextWriter error, TextReader input)
{
    /// <summary>The answer, and nothing else.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Everything else; each line stands there at once.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>What the verb reads.</summary>
    public TextReader In { get; } = input;

    /// <summary>Whether the answer goes into a file that others can get at.</summary>
    public Func<bool> OutIsOpenToOthers { get; init; } = static () => false;

    /// <summary>What stands before a line of <see cref="Say"/>: in the journal its level, error
    /// (sd-daemon(3)).</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Writes one line, <c>holdfast: what</c>, where errors go.</summary>
    public void Say(string what) => Error.WriteLine($"{Prefix}holdfast: {what}");

    /// <summary>Says what failed, where, and what to do.</summary>
    /// <returns><see cref="ExitCode.Failed"/>.</returns>
    public int Fail(string what)
    {
        Say(what);
        return ExitCode.Failed;
    }
}
