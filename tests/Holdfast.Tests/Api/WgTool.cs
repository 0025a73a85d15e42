using System.Diagnostics;
using Holdfast.Linux.Namespaces;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Tests.Api;

/// <summary>
/// Runs programs in a network namespace, with a directory of the test's in place of /var/run/wireguard, so that
/// nothing of a test is seen on the machine.
/// </summary>
internal sealed class WgTool(SafeFileHandle space, string sockets)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private const string InPlace =
        "mount -t tmpfs none /run && mkdir /run/wireguard && mount --bind \"$0\" /run/wireguard && exec \"$@\"";

    /// <summary>Starts a program; its owner kills it.</summary>
    internal Process Start(params string[] command)
    {
        var start = new ProcessStartInfo("unshare")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LOG_LEVEL"] = "error", ["WG_COLOR_MODE"] = "never", ["WG_HIDE_KEYS"] = "always" },
        };
        string[] words = ["--mount", "--propagation", "private", "sh", "-c", InPlace, sockets, .. command];
        foreach (var word in words) start.ArgumentList.Add(word);
        return NetworkNamespace.RunIn(space, () => Process.Start(start)!);
    }

    /// <summary>Runs a program to its end: its code, what it printed, and what it complained.</summary>
    internal async Task<(int Code, string Output, string Error)> RunAsync(string input, params string[] command)
    {
        using var process = Start(command);
        using var deadline = new CancellationTokenSource(Deadline);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
