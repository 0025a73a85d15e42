using System.Globalization;

namespace Holdfast;

/// <summary>
/// The runtime opens a socket and two pipes for debuggers in the temporary directory, by which whoever may connect
/// reads and changes everything; a killed process leaves them behind. There is no setting for it but an environment
/// variable (dotnet/runtime issue 114313), so what it opened is taken away, first thing.
/// </summary>
internal static class DiagnosticsPort
{
    /// <summary>1 keeps the port, 0 has the runtime not open it at all.</summary>
    internal const string Variable = "DOTNET_EnableDiagnostics";

    /// <summary>Takes the names away, so that nobody can connect any more, unless <see cref="Variable"/> says
    /// something.</summary>
    internal static void Close()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null) return;
        try
        {
            // Both names have the process's id and its start in clock ticks, the 22nd field of its line (proc(5));
            // names are counted from behind the command, which may hold anything.
            var line = File.ReadAllText("/proc/self/stat");
            var started = line[(line.LastIndexOf(')') + 2)..].Split(' ')[19];
            var process = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{started}");
            var place = Path.GetTempPath();
            File.Delete(Path.Combine(place, $"dotnet-diagnostic-{process}-socket"));
            File.Delete(Path.Combine(place, $"clr-debug-pipe-{process}-in"));
            File.Delete(Path.Combine(place, $"clr-debug-pipe-{process}-out"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing that anybody asked for depends on it.
        }
    }
}
