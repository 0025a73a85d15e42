using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Holdfast.Labs;

/// <summary>
/// Removes what a lab left whose process is gone. Namespaces, interfaces and mounts need no janitor: they vanish with
/// the holders, and these with the pipe from the lab's process.
/// </summary>
public static class LabJanitor
{
    /// <summary>Directories of failed runs that are kept; the oldest go first.</summary>
    public const int MostKept = 50;

    private static readonly Lazy<Task> OncePerProcess = new(() => Task.Run(Sweep));

    /// <summary>Sweeps once in the life of this process; further calls wait for that.</summary>
    public static Task SweepAsync() => OncePerProcess.Value;

    /// <summary>Processes that belong to the labs of a process, by the variable that all of them inherit.</summary>
    /// <param name="labProcess">The id of the process that drew the labs.</param>
    /// <returns>Their ids; the process itself is not among them.</returns>
    public static IReadOnlyList<int> ProcessesOf(int labProcess)
        => [.. Members().Where(m => m.LabProcess == labProcess).Select(m => m.Pid)];

    internal static void Sweep()
    {
        foreach (var (pid, labProcess) in Members())
        {
            if (!IsAlive(labProcess, DateTime.MaxValue))
                Sigkill.TrySend(pid);
        }
        foreach (var directory in DirectoriesIn(LabDirectory.Running))
        {
            if (!IsAlive(ProcessOf(directory), directory.CreationTime))
                directory.Delete(recursive: true);
        }
        foreach (var directory in DirectoriesIn(Repository.LabDirectory)
            .Where(d => !d.Name.StartsWith('.')).OrderByDescending(d => d.LastWriteTimeUtc).Skip(MostKept))
            directory.Delete(recursive: true);
    }

    private static IEnumerable<DirectoryInfo> DirectoriesIn(string path)
        => Directory.Exists(path) ? new DirectoryInfo(path).GetDirectories() : [];

    // NAME-PID-NUMBER
    private static int ProcessOf(DirectoryInfo running)
        => running.Name.Split('-') is [.., var pid, _]
            && int.TryParse(pid, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // A process that began later than the directory has only inherited the number.
    private static bool IsAlive(int pid, DateTime since)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.StartTime <= since;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static IEnumerable<(int Pid, int LabProcess)> Members()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid)
                && LabProcessIn($"{directory}/environ") is { } labProcess && labProcess != pid)
                yield return (pid, labProcess);
        }
    }

    private static int? LabProcessIn(string environ)
    {
        try
        {
            var mark = Encoding.UTF8.GetBytes($"{Lab.Variable}=hf-");
            var bytes = File.ReadAllBytes(environ).AsSpan();
            var at = bytes.IndexOf(mark);
            if (at < 0)
                return null;
            var digits = bytes[(at + mark.Length)..];
            return int.TryParse(digits[..Math.Max(0, digits.IndexOf((byte)'-'))], CultureInfo.InvariantCulture,
                out var pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
            return null;
        }
    }
}
