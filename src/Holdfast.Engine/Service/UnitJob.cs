using System.ComponentModel;
using System.Diagnostics;

namespace Holdfast.Engine.Service;

/// <summary>What systemd is about to do with a unit: a process that is told to end can't see whether it is stopped for
/// good, restarted, or brought back after a fault.</summary>
public static class UnitJob
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Whether a unit is being stopped, and nothing is going to start it again.</summary>
    /// <param name="unit">Its name, with the suffix.</param>
    /// <exception cref="IOException">systemd can't be asked.</exception>
    public static async Task<bool> IsStopAsync(string unit)
    {
        try
        {
            using var systemctl = Process.Start(new ProcessStartInfo(
                "systemctl", ["list-jobs", "--no-legend", "--no-pager", "--plain", "--full", "--", unit])
            {
                RedirectStandardOutput = true,
            })!;
            using var patience = new CancellationTokenSource(Patience);
            var jobs = await systemctl.StandardOutput.ReadToEndAsync(patience.Token).ConfigureAwait(false);
            await systemctl.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return systemctl.ExitCode == 0 ? IsStop(jobs, unit)
                : throw new IOException($"systemctl ended with code {systemctl.ExitCode}");
        }
        catch (Exception e) when (e is Win32Exception or OperationCanceledException)
        {
            throw new IOException($"systemctl can't be asked for the job of {unit}: {e.Message}", e);
        }
    }

    /// <summary>Reads the table: number, unit, type and state of each job. A restart that stops a unit is a
    /// restart.</summary>
    internal static bool IsStop(string jobs, string unit) => jobs.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Any(words => words is [_, var name, "stop", ..] && name == unit);
}
