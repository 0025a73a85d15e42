using System.Collections;
using Holdfast.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Engine;

/// <summary>Starts this program again, detached from the caller, with a pipe to report by.</summary>
public static class BackgroundProcess
{
    /// <summary>Starts it.</summary>
    /// <param name="arguments">Its arguments, without the program's name.</param>
    /// <param name="logPath">The file that its output and errors are appended to.</param>
    /// <param name="report">The end of a pipe that it reports by.</param>
    /// <exception cref="Holdfast.Linux.LinuxException">It can't be started.</exception>
    public static void Start(IReadOnlyList<string> arguments, string logPath, SafePipeHandle report)
    {
        var program = Environment.ProcessPath!;
        // Run by `dotnet holdfast.dll`, as a build that was not published is, the first argument is that file.
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var prefix = isHost ? new[] { program, Environment.GetCommandLineArgs()[0] } : [program];
        DetachedProcess.Start(new DetachedOptions
        {
            Path = program,
            Arguments = [.. prefix, .. arguments],
            Environment = WithoutDiagnostics(),
            LogPath = logPath,
            InheritedFd = (int)report.DangerousGetHandle(),
        });
    }

    // The runtime's port for debuggers would be a root's socket in /tmp. Who wants it says so by the same variable.
    private static Dictionary<string, string> WithoutDiagnostics()
    {
        var all = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!);
        all.TryAdd("DOTNET_EnableDiagnostics", "0");
        return all;
    }

    /// <summary>In the started process: the pipe to report by. Closing it ends the report.</summary>
    public static FileStream OpenReport() => new(
        new SafeFileHandle(DetachedProcess.InheritedNumber, ownsHandle: true), FileAccess.Write);
}
