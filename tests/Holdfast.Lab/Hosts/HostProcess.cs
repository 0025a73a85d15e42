using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Labs;

/// <summary>A program that runs in a host. It ends with its host at the latest.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan ForkDeadline = TimeSpan.FromSeconds(5);

    // How long output may trail an exit before it counts as held open by somebody else.
    private static readonly TimeSpan TrailingOutput = TimeSpan.FromMilliseconds(500);

    private readonly Process _enterer;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Task _output, _errors;
    private int _pid, _exitCode;
    private bool _disposed;

    internal HostProcess(Host host, string command, Process enterer, string? file)
    {
        Host = host;
        Command = command;
        _enterer = enterer;
        Output = new LineLog(file);
        Errors = new LineLog(file is null ? null : Path.ChangeExtension(file, ".err.log"));
        _output = Output.Follow(enterer.StandardOutput, "out");
        _errors = Errors.Follow(enterer.StandardError, "err");
    }

    /// <summary>Where it runs.</summary>
    public Host Host { get; }

    /// <summary>Its command line.</summary>
    public string Command { get; }

    /// <summary>Standard output so far.</summary>
    public LineLog Output { get; }

    /// <summary>Standard error so far.</summary>
    public LineLog Errors { get; }

    /// <summary>True once it ended.</summary>
    public bool HasExited => _disposed || _enterer.HasExited;

    /// <summary>Its exit code; 128 and the signal's number if a signal ended it.</summary>
    public int ExitCode => _disposed ? _exitCode : _enterer.ExitCode;

    /// <summary>Its process id as this process sees it (in the host it has another one).</summary>
    /// <exception cref="LabException">It has ended.</exception>
    public async Task<int> Pid()
    {
        // nsenter changes the PID namespace for its child only, so the program is that child.
        if (_pid == 0)
            await Eventually.Until(() => HasExited || ReadPid(), ForkDeadline, $"`{Command}` to start in {Host.Name}");
        return _pid != 0 ? _pid
            : throw new LabException($"`{Command}` has ended in {Host.Name} already: {Describe()}");
    }

    /// <summary>Sends a signal to the program (not to its children).</summary>
    /// <param name="signal">Which.</param>
    public async Task Kill(Signal signal = Signal.Kill)
    {
        var pid = await Pid();
        await Host.Kill(pid, signal);
        // nsenter stops itself when its child stops, and has to go on with it.
        if (signal == Signal.Cont)
            await Host.Kill(_enterer.Id, signal);
    }

    /// <summary>Asks the program to end, and waits until it did.</summary>
    /// <param name="within">The deadline; 10 s if not given.</param>
    /// <returns>What it left behind.</returns>
    /// <exception cref="LabException">It did not end.</exception>
    public async Task<RunResult> Stop(TimeSpan? within = null)
    {
        if (!HasExited)
        {
            try
            {
                await Kill(Signal.Term);
            }
            catch (LabException) when (HasEnded)
            {
                // It ended by itself between the look and the signal, which is what was asked for.
            }
        }
        return await Ends(within ?? TimeSpan.FromSeconds(10));
    }

    /// <summary>Waits until the program has ended.</summary>
    /// <param name="within">The deadline.</param>
    /// <returns>What it left behind.</returns>
    /// <exception cref="LabException">It did not end.</exception>
    public async Task<RunResult> Ends(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await WaitForExit(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new LabException($"{Host.Name}: still running after {within.TotalSeconds:0.0} s: {Describe()}");
        }
        var elapsed = _watch.Elapsed;
        var streams = Task.WhenAll(_output, _errors);
        var heldOpen = await Task.WhenAny(streams, Task.Delay(TrailingOutput)) != streams;
        return new RunResult(Command, ExitCode, Output.Text, Errors.Text, elapsed, heldOpen);
    }

    /// <summary>Waits for a line on standard output or standard error.</summary>
    /// <param name="wanted">Judges a line.</param>
    /// <param name="within">The deadline.</param>
    /// <param name="what">What the line says, for the failure's message.</param>
    /// <returns>The first such line.</returns>
    /// <exception cref="LabException">There was none, or the program ended without one.</exception>
    public async Task<string> WaitForLine(Func<string, bool> wanted, TimeSpan within, string what = "a line")
    {
        string? found = null;
        var ended = false;
        await Eventually.Until(() =>
        {
            ended = HasExited && _output.IsCompleted && _errors.IsCompleted;
            found = Output.Lines.Concat(Errors.Lines).FirstOrDefault(wanted);
            return found is not null || ended;
        }, within, $"{what} from `{Command}` in {Host.Name}", Describe);
        return found ?? throw new LabException($"{Host.Name}: ended without {what}: {Describe()}");
    }

    /// <summary>Waits for a line that contains a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="within">The deadline.</param>
    /// <inheritdoc cref="WaitForLine(Func{string, bool}, TimeSpan, string)"/>
    public Task<string> WaitForLine(string text, TimeSpan within)
        => WaitForLine(line => line.Contains(text, StringComparison.Ordinal), within, $"\"{text}\"");

    /// <summary>The command, how it stands and its last lines.</summary>
    public string Describe()
    {
        var state = HasExited ? string.Create(CultureInfo.InvariantCulture, $"exited with {ExitCode}") : "running";
        return $"`{Command}` ({state})\n--- stdout\n{Output.Tail()}\n--- stderr\n{Errors.Tail()}";
    }

    /// <summary>Kills the program if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            try
            {
                await Kill();
            }
            catch (LabException) when (HasEnded)
            {
                // It ended by itself between the look and the signal.
            }
            using var deadline = new CancellationTokenSource(ForkDeadline);
            await WaitForExit(deadline.Token);
        }
        if (_disposed)
            return;
        _exitCode = _enterer.ExitCode;
        _disposed = true;
        Output.Close();
        Errors.Close();
        _enterer.Dispose();
    }

    // A program that ends without reading all of its input is no failure of ours.
    internal void Feed(string? input)
    {
        try
        {
            if (input is not null)
                _enterer.StandardInput.Write(input);
            _enterer.StandardInput.Close();
        }
        catch (IOException e)
        {
            Errors.Append($"(standard input was not read: {e.Message})", "lab");
        }
    }

    // Unlike WaitForExitAsync this does not wait for the streams, which a daemon left behind may hold open.
    private async Task WaitForExit(CancellationToken cancel)
    {
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Done(object? sender, EventArgs e) => exited.TrySetResult();
        _enterer.EnableRaisingEvents = true;
        _enterer.Exited += Done;
        try
        {
            if (!_enterer.HasExited)
                await exited.Task.WaitAsync(cancel);
        }
        finally
        {
            _enterer.Exited -= Done;
        }
    }

    // nsenter is a moment behind the program that it waits for.
    private bool HasEnded => HasExited || (_pid != 0 && !Directory.Exists($"/proc/{_pid}"));

    private bool ReadPid()
    {
        var children = File.ReadAllText($"/proc/{_enterer.Id}/task/{_enterer.Id}/children");
        return int.TryParse(children.AsSpan().Trim(), CultureInfo.InvariantCulture, out _pid);
    }
}
