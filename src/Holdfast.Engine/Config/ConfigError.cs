namespace Holdfast.Engine.Config;

/// <summary>One finding in a configuration file: what is wrong, where, and what to do about it.</summary>
/// <param name="File">Path of the file as the user named it.</param>
/// <param name="Line">Line from 1; 0 when the finding concerns the file as a whole.</param>
/// <param name="Column">Column from 1, in characters; 0 when the finding concerns the file as a whole.</param>
/// <param name="Message">What is wrong. Never holds key material.</param>
/// <param name="Hint">What to do about it; may be empty.</param>
public sealed record ConfigError(string File, int Line, int Column, string Message, string Hint)
{
    /// <summary>The finding on one line: <c>FILE:LINE:COLUMN: what; what to do</c>.</summary>
    public override string ToString()
    {
        string place = Line > 0 ? $"{File}:{Line}:{Column}" : File;
        return Hint.Length > 0 ? $"{place}: {Message}; {Hint}" : $"{place}: {Message}";
    }
}
