namespace Holdfast.Labs;

/// <summary>What a program that ended left behind.</summary>
/// <param name="Command">The command line.</param>
/// <param name="ExitCode">Its exit code; 128 and the signal's number if a signal ended it.</param>
/// <param name="Output">Standard output, without the last line's end.</param>
/// <param name="Errors">Standard error, without the last line's end.</param>
/// <param name="Elapsed">How long it ran.</param>
/// <param name="HeldOpen">A process that it left in the background still holds its output open.</param>
public sealed record RunResult(string Command, int ExitCode, string Output, string Errors, TimeSpan Elapsed,
    bool HeldOpen)
{
    /// <summary>The lines of standard output.</summary>
    public string[] Lines => Output.Length == 0 ? [] : Output.Split('\n');

    /// <summary>Everything, for people.</summary>
    public override string ToString()
        => $"`{Command}` exited with {ExitCode} after {Elapsed.TotalSeconds:0.000} s\n"
            + $"--- stdout\n{Output}\n--- stderr\n{Errors}";
}
