namespace Holdfast.LabTests;

/// <summary>What `make demo` runs; <see cref="ReadmeTests"/> runs it whole, as a newcomer does.</summary>
public sealed class DemoTests
{
    private const int MostLines = 50;
    private const int MostColumns = 120, MostColumnsOfPaths = 250;

    /// <summary>Checks what it wrote to a file.</summary>
    internal static void AssertWentWell(string output)
    {
        var lines = output.TrimEnd().Split('\n');
        Assert.InRange(lines.Length, 10, MostLines);
        // What the shipped `holdfast path list` says is shown as it is.
        Assert.All(lines, line => Assert.InRange(line.Length, 0, line.StartsWith("      ", StringComparison.Ordinal) ? MostColumnsOfPaths : MostColumns));
        Assert.Equal(2, lines.Count(line => line.Contains("no packet lost", StringComparison.Ordinal)));
        Assert.Contains("0 connections broken", output);
        Assert.DoesNotContain('\e', output);
        Assert.Contains("the same SHA-256 at both ends", output);
        Assert.StartsWith("All as it should be.", lines[^1]);
    }

    [Fact]
    public async Task Without_the_executable_it_says_what_to_do()
    {
        var (demo, _, errors) = await Programs.Run(TimeSpan.FromMinutes(1), "Holdfast.Demo.dll",
            (HoldfastBinary.Variable, "/nowhere/holdfast"));
        Assert.Equal(1, demo.ExitCode);
        Assert.Equal("the demo failed: /nowhere/holdfast is missing: run `make` first, or set HOLDFAST_BINARY",
            errors.Trim());
    }
}
