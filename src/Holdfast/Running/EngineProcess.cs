using System.IO.Pipes;
using Holdfast.Control;
using Holdfast.Engine;

namespace Holdfast.Running;

/// <summary>
/// An engine in the background: a process in a session of its own, which says by a pipe that it is up, or why not. Its log is
/// NAME.log in the run directory.
/// </summary>
internal static class EngineProcess
{
    /// <summary>The engine's word for "it is up".</summary>
    private const string Up = "up";

    private static bool _isUp;

    /// <summary>Starts <c>holdfast</c> with these arguments and waits until it is up.</summary>
    /// <exception cref="CommandException">It did not come up; nothing of it is left.</exception>
    internal static async Task StartAsync(string name, IReadOnlyList<string> arguments)
    {
        Directory.CreateDirectory(RunDirectory.Location);
        var log = LogOf(name);
        File.Delete(log);
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        BackgroundProcess.Start(arguments, log, pipe.ClientSafePipeHandle);
        pipe.DisposeLocalCopyOfClientHandle();
        using var reader = new StreamReader(pipe);
        var word = (await reader.ReadToEndAsync()).Trim();
        if (word == Up) return;
        if (word.Length > 0) File.Delete(log); // it says the same
        throw new CommandException(word.Length > 0 ? word : $"the engine ended without a word; its log is {log}");
    }

    /// <summary>Where an engine in the background logs; kept after it ended by itself, for its last words.</summary>
    internal static string LogOf(string name) => Path.Combine(RunDirectory.Location, $"{name}.log");

    /// <summary>In the engine: says that it is up.</summary>
    internal static async Task ReportUpAsync()
    {
        await ReportAsync(Up);
        _isUp = true;
    }

    /// <summary>In the engine: runs it, and says why it did not come up or ended badly, whatever that is.</summary>
    internal static async Task ReportingAsync(Func<Task> engine)
    {
        try
        {
            await engine();
        }
#pragma warning disable CA1031 // the one who started this process must hear of it
        catch (Exception e) when (!_isUp)
#pragma warning restore CA1031
        {
            await ReportAsync(e.Message);
        }
    }

    private static async Task ReportAsync(string word)
    {
        await using var pipe = BackgroundProcess.OpenReport();
        await using var writer = new StreamWriter(pipe);
        await writer.WriteAsync(word);
    }
}
