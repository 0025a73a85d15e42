using Holdfast.Control;

namespace Holdfast.Tests.Api;

/// <summary>A run directory of the tests' own, which everybody may enter, for all tests of the collection.</summary>
public sealed class RunDirectoryFixture : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable(RunDirectory.Variable);
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("holdfast-run-");

    public RunDirectoryFixture()
    {
        File.SetUnixFileMode(_parent.FullName, (UnixFileMode)0b111_101_101);
        Environment.SetEnvironmentVariable(RunDirectory.Variable, Path.Combine(_parent.FullName, "run"));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(RunDirectory.Variable, _before);
        _parent.Delete(recursive: true);
    }
}
