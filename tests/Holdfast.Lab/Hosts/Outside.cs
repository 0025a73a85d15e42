using System.Diagnostics;

namespace Holdfast.Labs;

/// <summary>Runs the few programs that must run outside of every host, because they reach into two of them.</summary>
internal static class Outside
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="LabException">It failed.</exception>
    public static async Task Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = string.Join(':', LabRequirements.Directories());
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        if (process.ExitCode != 0)
            throw new LabException($"`{program} {string.Join(' ', arguments)}` exited with {process.ExitCode}: "
                + $"{(await output).Trim()} {(await errors).Trim()}");
    }
}
