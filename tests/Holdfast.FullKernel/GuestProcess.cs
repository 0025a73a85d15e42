using System.Globalization;

namespace Holdfast.FullKernels;

/// <summary>A program that runs in a host of a machine.</summary>
public sealed class GuestProcess
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);

    private static int _number;

    private readonly GuestHost _machine;
    private readonly string _files;

    internal GuestProcess(GuestHost host, GuestHost machine, string command)
    {
        (Host, _machine, Command) = (host, machine, command);
        _files = string.Create(CultureInfo.InvariantCulture, $"/run/process{Interlocked.Increment(ref _number)}");
    }

    /// <summary>Where it runs.</summary>
    public GuestHost Host { get; }

    /// <summary>Its command line.</summary>
    public string Command { get; }

    /// <summary>Where its standard output goes, on the machine.</summary>
    public string OutputFile => $"{_files}.out";

    /// <summary>Where its standard error goes, on the machine.</summary>
    public string ErrorFile => $"{_files}.err";

    internal string CodeFile => $"{_files}.code";

    // In the host, whose /run is its own.
    internal string PidFile => $"{_files}.pid";

    /// <summary>Its process id in its host.</summary>
    public async Task<int> Pid()
        => int.Parse((await Eventually.Gives(() => Host.ReadFile(PidFile), text => text.Length > 0, StartDeadline,
            $"`{Command}` to start in {Host.Name}")).Trim(), CultureInfo.InvariantCulture);

    /// <summary>Sends it a signal.</summary>
    /// <param name="signal">Which.</param>
    public async Task Kill(Signal signal = Signal.Kill)
        => await Host.Run("kill", $"-{(int)signal}", (await Pid()).ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits until it has ended.</summary>
    /// <param name="within">The deadline.</param>
    /// <returns>What it left behind.</returns>
    /// <exception cref="LabException">It did not end.</exception>
    public async Task<RunResult> Ends(TimeSpan within)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var code = await Eventually.Gives(() => _machine.ReadFile(CodeFile), text => text.Length > 0, within,
            $"`{Command}` to end in {Host.Name}");
        return new RunResult(Command, int.Parse(code, CultureInfo.InvariantCulture),
            await _machine.ReadFile(OutputFile), await _machine.ReadFile(ErrorFile), watch.Elapsed, false);
    }

    /// <summary>Waits for a text on standard output or standard error.</summary>
    /// <param name="text">The text.</param>
    /// <param name="within">The deadline.</param>
    /// <exception cref="LabException">It did not come; what came is in the message.</exception>
    public Task WaitFor(string text, TimeSpan within)
        => Eventually.Gives(async () => (await _machine.Run("cat", OutputFile, ErrorFile)).Output,
            said => said.Contains(text, StringComparison.Ordinal), within, $"\"{text}\" from `{Command}`");
}
