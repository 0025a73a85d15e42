using System.Globalization;

namespace Holdfast.Labs;

/// <summary>
/// Where a lab's logs go while it stands. A passing run deletes it; a failed one moves it to where people look.
/// </summary>
internal sealed class LabDirectory
{
    /// <summary>Labs that stand, and those that a crash left.</summary>
    public static readonly string Running = System.IO.Path.Combine(Repository.LabDirectory, ".running");

    private const int LongestName = 80;

    private readonly string _name;

    public LabDirectory(string name, int number)
    {
        _name = string.Concat(name.Take(LongestName)
            .Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
        Path = System.IO.Path.Combine(Running,
            string.Create(CultureInfo.InvariantCulture, $"{_name}-{Environment.ProcessId}-{number}"));
        Directory.CreateDirectory(Path);
    }

    /// <summary>Where the files are; changes when they are kept.</summary>
    public string Path { get; private set; }

    public void Delete() => Directory.Delete(Path, recursive: true);

    public void Keep()
    {
        var kept = System.IO.Path.Combine(Repository.LabDirectory,
            string.Create(CultureInfo.InvariantCulture, $"{_name}-{Environment.ProcessId}"));
        // Several labs of one test: the first one has the plain name.
        if (Directory.Exists(kept))
            kept = System.IO.Path.Combine(Repository.LabDirectory, System.IO.Path.GetFileName(Path));
        if (Directory.Exists(kept))
            Directory.Delete(kept, recursive: true);
        Directory.Move(Path, kept);
        Path = kept;
    }
}
