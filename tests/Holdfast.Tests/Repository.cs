using System.Runtime.CompilerServices;

namespace Holdfast.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The text of a file, named from the checkout's root.</summary>
    internal static string Read(string file) => File.ReadAllText(Path.Combine(Root(), file));

    private static string Root([CallerFilePath] string here = "")
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
