using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Linux.Namespaces;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Labs;

/// <summary>
/// A host of the lab: network, mount, UTS and PID namespaces with /run, /var/lib and /proc of its own, and an /etc of
/// which only the changes are its own. Everything that runs in it dies with it.
/// </summary>
public sealed class Host : IAsyncDisposable
{
    /// <summary>Mode 0644, for files that everybody may read.</summary>
    public const UnixFileMode ForAll = ForOwner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode ForOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Holder _holder;
    private readonly List<HostProcess> _processes = [];
    private readonly LineLog _commands;
    private int _started;

    private Host(Lab lab, string name, Holder holder)
    {
        Lab = lab;
        Name = name;
        _holder = holder;
        _commands = new LineLog(lab.LogFile($"{name}.commands.log"));
    }

    /// <summary>Its lab.</summary>
    public Lab Lab { get; }

    /// <summary>Its name and host name.</summary>
    public string Name { get; }

    /// <summary>Process id of the one that holds the namespaces open; /proc/PID/ns has them.</summary>
    public int HolderPid => _holder.Pid;

    /// <summary>Everything that <see cref="Start(string, string[])"/> started.</summary>
    public IReadOnlyList<HostProcess> Processes
    {
        get
        {
            lock (_processes)
                return [.. _processes];
        }
    }

    internal static async Task<Host> Make(Lab lab, string name, HostOptions options)
    {
        var host = new Host(lab, name, await Holder.Start(name, lab.Id));
        try
        {
            host.WriteFile("/etc/hostname", $"{name}\n", ForAll);
            host.WriteFile("/etc/hosts", $"127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {name}\n", ForAll);
            host.WriteFile("/etc/resolv.conf", "", ForAll);
            host.Configure(options);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">A program on the host's search path, or a full path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="LabException">It failed or took too long; both streams are in the message.</exception>
    public Task<RunResult> Run(string program, params string[] arguments) => Run(RunOptions.Usual, program, arguments);

    /// <inheritdoc cref="Run(string, string[])"/>
    /// <param name="options">How it runs.</param>
    /// <param name="program">A program on the host's search path, or a full path.</param>
    /// <param name="arguments">Its arguments.</param>
    public async Task<RunResult> Run(RunOptions options, string program, params string[] arguments)
    {
        await using var process = Launch(options, program, arguments, file: null);
        var result = await process.Ends(options.Timeout);
        _commands.Append(result.ToString(), "ran");
        if (result.ExitCode != 0 && !options.MayFail)
            throw new LabException($"{Name}: {result}");
        return result;
    }

    /// <summary>Runs a script of the shell, with `set -e`.</summary>
    /// <param name="script">The script.</param>
    /// <exception cref="LabException">It failed or took too long; both streams are in the message.</exception>
    public Task<RunResult> Shell(string script) => Run("sh", "-ec", script);

    /// <summary>Runs lines of `ip` in one go.</summary>
    /// <param name="lines">Each is what would follow `ip`.</param>
    /// <exception cref="LabException">One failed; those before it hold.</exception>
    public Task<RunResult> Ip(params IEnumerable<string> lines)
        => Run(RunOptions.Usual with { Input = string.Join('\n', lines) + "\n" }, "ip", "-batch", "-");

    /// <summary>Starts a program that runs on.</summary>
    /// <param name="program">A program on the host's search path, or a full path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The process; it ends with the host at the latest.</returns>
    public HostProcess Start(string program, params string[] arguments) => Start(RunOptions.Usual, program, arguments);

    /// <inheritdoc cref="Start(string, string[])"/>
    /// <param name="options">How it runs; the timeout does not count.</param>
    /// <param name="program">A program on the host's search path, or a full path.</param>
    /// <param name="arguments">Its arguments.</param>
    public HostProcess Start(RunOptions options, string program, params string[] arguments)
    {
        var file = Lab.LogFile($"{Name}.{Interlocked.Increment(ref _started)}-{Path.GetFileName(program)}.log");
        var process = Launch(options, program, arguments, file);
        lock (_processes)
            _processes.Add(process);
        return process;
    }

    /// <summary>Sends a signal to a process of this host.</summary>
    /// <param name="pid">Its id as this process sees it.</param>
    /// <param name="signal">Which.</param>
    /// <exception cref="LabException">There is no such process.</exception>
    public Task Kill(int pid, Signal signal)
        => Outside.Run("sh", "-c", "kill -\"$1\" \"$2\"", "sh", Number((int)signal), Number(pid));

    /// <summary>Finds processes of this host, background ones too.</summary>
    /// <param name="command">The program's name as /proc/PID/comm has it (at most 15 characters).</param>
    /// <returns>Process ids as this process sees them.</returns>
    public IReadOnlyList<int> PidsOf(string command)
    {
        var space = new FileInfo($"/proc/{HolderPid}/ns/pid").LinkTarget;
        var pids = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid)
                && IsRunning(directory, command, space))
                pids.Add(pid);
        }
        return pids;
    }

    /// <summary>Where this process sees a file of the host.</summary>
    /// <param name="path">A full path inside the host.</param>
    public string PathOf(string path) => $"/proc/{HolderPid}/root{path}";

    /// <summary>Writes a file of the host; directories on the way are made.</summary>
    /// <param name="path">A full path inside the host; only what lies in /run, /var/lib and /etc is the host's
    /// own.</param>
    /// <param name="text">What it shall contain.</param>
    /// <param name="mode">Its mode; 0600 if not given.</param>
    public void WriteFile(string path, string text, UnixFileMode mode = ForOwner)
    {
        var seen = PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(seen)!);
        // A link (resolv.conf often is one) is replaced, not followed to a place that may not be the host's own.
        File.Delete(seen);
        File.WriteAllText(seen, text);
        File.SetUnixFileMode(seen, mode);
    }

    /// <summary>Reads a file of the host.</summary>
    /// <param name="path">A full path inside the host.</param>
    public string ReadFile(string path) => File.ReadAllText(PathOf(path));

    /// <summary>Waits until this host can ping an address.</summary>
    /// <param name="address">IPv4 or IPv6 address.</param>
    /// <param name="within">The deadline.</param>
    /// <exception cref="LabException">No answer came; the last attempt is in the message.</exception>
    public Task Carries(string address, TimeSpan within)
        => Eventually.Gives(() => Run(RunOptions.Usual with { MayFail = true }, "ping", "-n", "-c", "1", "-W", "0.5",
            address), ping => ping.ExitCode == 0, within, $"{Name} to ping {address}");

    /// <summary>Opens the host's network namespace.</summary>
    /// <returns>The caller's; it keeps the namespace alive until it is closed.</returns>
    public SafeFileHandle OpenNetwork() => NetworkNamespace.OpenProcess(HolderPid);

    /// <summary>Ends everything in the host, and the host.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _holder.DisposeAsync();
        }
        finally
        {
            foreach (var process in Processes)
                await process.DisposeAsync();
            _commands.Close();
        }
    }

    private HostProcess Launch(RunOptions options, string program, string[] arguments, string? file)
    {
        var start = new ProcessStartInfo("nsenter")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--target", Number(HolderPid), "--net", "--mount", "--uts", "--pid", $"--wdns={options.Directory}",
                "--", program,
            },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment[Lab.Variable] = Lab.Id;
        start.Environment["PATH"] = string.Join(':', LabRequirements.Directories());
        foreach (var (name, value) in options.Environment)
            start.Environment[name] = value;
        var command = string.Join(' ', arguments.Prepend(program));
        try
        {
            var process = new HostProcess(this, command, Process.Start(start)!, file);
            process.Feed(options.Input);
            return process;
        }
        catch (Win32Exception e)
        {
            throw new LabException($"{Name}: can't run `{command}`: {e.Message}", e);
        }
    }

    private void Configure(HostOptions options)
    {
        var sysctls = new Dictionary<string, string>
        {
            ["net.ipv6.conf.all.disable_ipv6"] = "0",
            ["net.ipv6.conf.default.disable_ipv6"] = "0",
            ["net.ipv6.conf.default.accept_dad"] = "0",
            ["net.ipv4.ip_forward"] = options.Forwards ? "1" : "0",
            ["net.ipv6.conf.all.forwarding"] = options.Forwards ? "1" : "0",
        };
        foreach (var (name, value) in options.Sysctls)
            sysctls[name] = value;
        // /proc/sys/net shows the namespace of the thread that opens it.
        using var network = OpenNetwork();
        NetworkNamespace.RunIn(network, () =>
        {
            foreach (var (name, value) in sysctls)
                File.WriteAllText($"/proc/sys/{name.Replace('.', '/')}", value);
        });
    }

    private static bool IsRunning(string directory, string command, string? space)
    {
        try
        {
            if (new FileInfo($"{directory}/ns/pid").LinkTarget != space
                || File.ReadAllText($"{directory}/comm").TrimEnd() != command)
                return false;
            var stat = File.ReadAllText($"{directory}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            // Threads, its sockets with them, may outlive the first one (Z); it is X while its parent takes note of it
            // (proc_pid_stat(5), fields 3 and 20).
            return fields[0] switch
            {
                "X" => false,
                "Z" => int.Parse(fields[17], CultureInfo.InvariantCulture) > 1,
                _ => true,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
            return false;
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
