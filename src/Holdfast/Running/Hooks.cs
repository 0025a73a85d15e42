using System.ComponentModel;
using System.Diagnostics;

namespace Holdfast.Running;

/// <summary>Runs the commands of a wg-quick file, as the caller of <c>up</c> or <c>down</c>, each by the shell that wg-quick uses.</summary>
internal static class Hooks
{
    /// <summary>Runs commands in order, %i being the interface; each is shown first, as wg-quick shows it.</summary>
    /// <exception cref="CommandException">A command failed: those behind it are not run.</exception>
    internal static async Task RunAsync(IEnumerable<string> commands, string name, TextWriter errors)
    {
        foreach (var command in commands)
        {
            var text = command.Replace("%i", name, StringComparison.Ordinal);
            await errors.WriteLineAsync($"[#] {text}").ConfigureAwait(false);
            using var shell = Start(text);
            await shell.WaitForExitAsync().ConfigureAwait(false);
            if (shell.ExitCode != 0) throw new CommandException($"`{text}` ended with code {shell.ExitCode}");
        }
    }

    private static Process Start(string text)
    {
        foreach (var shell in new[] { "bash", "sh" })
        {
            try
            {
                return Process.Start(new ProcessStartInfo(shell, ["-c", text]))!;
            }
            catch (Win32Exception) when (shell == "bash")
            {
                continue; // wg-quick itself needs bash, but most hooks are content with sh
            }
        }
        throw new CommandException("no shell to run commands by (bash or sh)");
    }
}
