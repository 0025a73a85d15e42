using System.Globalization;

namespace Holdfast.FullKernels;

/// <summary>
/// A host inside a machine: namespaces as a <see cref="Host"/> of a lab has them, or the machine itself.
/// </summary>
public sealed class GuestHost
{
    /// <summary>How programs run if nothing else is said: with a deadline that a busy machine does not meet.</summary>
    public static readonly RunOptions Usual = RunOptions.Usual with { Timeout = TimeSpan.FromMinutes(1) };

    private readonly FullKernel _kernel;
    private readonly int? _holder;
    private readonly Dictionary<string, string[]> _addresses = [];
    private readonly List<GuestProcess> _processes = [];

    internal GuestHost(FullKernel kernel, string name, int? holder) => (_kernel, Name, _holder) = (kernel, name, holder);

    /// <summary>Its name and host name.</summary>
    public string Name { get; }

    /// <summary>Everything that <see cref="Start(string, string[])"/> started.</summary>
    public IReadOnlyList<GuestProcess> Processes => _processes;

    internal int Holder => _holder ?? 1;

    /// <summary>Its IPv4 address on a link.</summary>
    /// <param name="link">The link's name, which is the interface's too.</param>
    public string V4(string link) => _addresses[link][0].Split('/')[0];

    /// <summary>Its IPv6 address on a link.</summary>
    /// <param name="link">The link's name, which is the interface's too.</param>
    public string V6(string link) => _addresses[link][1].Split('/')[0];

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">A program on the search path, or a full path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="LabException">It failed or took too long; both streams are in the message.</exception>
    public Task<RunResult> Run(string program, params string[] arguments) => Run(Usual, program, arguments);

    /// <inheritdoc cref="Run(string, string[])"/>
    /// <param name="options">How it runs. Seconds here are slow ones.</param>
    /// <param name="program">A program on the search path, or a full path.</param>
    /// <param name="arguments">Its arguments.</param>
    public async Task<RunResult> Run(RunOptions options, string program, params string[] arguments)
    {
        var command = string.Join(' ', arguments.Prepend(program));
        var result = await _kernel.Run(Name, command, $"exec {Line(options, program, arguments)}", options.Input,
            options.Timeout);
        return result.ExitCode == 0 || options.MayFail ? result : throw new LabException($"{Name}: {result}");
    }

    /// <summary>Runs a script of the shell, with `set -e`.</summary>
    /// <param name="script">The script.</param>
    /// <exception cref="LabException">It failed or took too long; both streams are in the message.</exception>
    public Task<RunResult> Shell(string script) => Run("sh", "-ec", script);

    /// <summary>Runs lines of `ip` in one go.</summary>
    /// <param name="lines">Each is what would follow `ip`.</param>
    /// <exception cref="LabException">One failed; those before it hold.</exception>
    public Task<RunResult> Ip(params IEnumerable<string> lines)
        => Run(Usual with { Input = string.Join('\n', lines) + "\n" }, "ip", "-batch", "-");

    /// <summary>Starts a program that runs on.</summary>
    /// <param name="program">A program on the search path, or a full path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The process; it ends with the machine at the latest.</returns>
    public Task<GuestProcess> Start(string program, params string[] arguments)
        => Start(Usual, program, arguments);

    /// <inheritdoc cref="Start(string, string[])"/>
    /// <param name="options">How it runs; timeout and input do not count.</param>
    /// <param name="program">A program on the search path, or a full path.</param>
    /// <param name="arguments">Its arguments.</param>
    public async Task<GuestProcess> Start(RunOptions options, string program, params string[] arguments)
    {
        var process = new GuestProcess(this, _kernel.Machine, string.Join(' ', arguments.Prepend(program)));
        // The shell in the host leaves the number that the program has there and becomes the program.
        var line = Line(options, "sh", ["-c", $"echo $$ >{process.PidFile}; exec \"$@\"", "sh", program, .. arguments]);
        await _kernel.Machine.Run("sh", "-c", $"setsid sh -c {Quote($"{line} >{process.OutputFile} 2>{process.ErrorFile}"
            + $" </dev/null; echo $? >{process.CodeFile}")} >/dev/null 2>&1 </dev/null &");
        _processes.Add(process);
        return process;
    }

    /// <summary>Writes a file; directories on the way are made.</summary>
    /// <param name="path">A full path.</param>
    /// <param name="text">What it shall contain.</param>
    /// <param name="mode">Its mode in octal.</param>
    public Task WriteFile(string path, string text, string mode = "600")
        => Run(Usual with { Input = text }, "sh", "-ec",
            "mkdir -p \"${1%/*}\"; rm -f \"$1\"; umask 077; cat >\"$1\"; chmod \"$2\" \"$1\"", "sh", path, mode);

    /// <summary>Reads a file.</summary>
    /// <param name="path">A full path.</param>
    /// <returns>Its text, without the last line's end.</returns>
    public async Task<string> ReadFile(string path) => (await Run("cat", path)).Output;

    /// <summary>Waits until this host can ping an address.</summary>
    /// <param name="address">IPv4 or IPv6 address.</param>
    /// <param name="within">The deadline.</param>
    /// <exception cref="LabException">No answer came; the last attempt is in the message.</exception>
    public Task Carries(string address, TimeSpan within)
        => Eventually.Gives(() => Run(Usual with { MayFail = true }, "ping", "-n", "-c", "1", "-W", "1",
            address), ping => ping.ExitCode == 0, within, $"{Name} to ping {address}");

    internal static async Task<GuestHost> Make(FullKernel kernel, string name)
    {
        // A holder of a lab's host, but for the pipe that ends it: it ends with the machine.
        var result = await kernel.Shell($"""
            mkfifo /run/guest/{name}
            tail -f /dev/null | unshare --net --mount --uts --pid --fork --kill-child=KILL \
                sh -ec {Quote(Labs.Holder.Script)} guest {name} >/run/guest/{name} 2>&1 &
            read -r pid </run/guest/{name}
            echo "$pid"
            """);
        if (!int.TryParse(result.Output, CultureInfo.InvariantCulture, out var holder))
            throw new LabException($"host {name} can't be made: {result}");
        var host = new GuestHost(kernel, name, holder);
        await host.Shell($"""
            printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {name}\n' >/etc/hosts
            rm -f /etc/resolv.conf
            touch /etc/resolv.conf
            """);
        return host;
    }

    // Without an address of its own making, an interface is silent until a test speaks.
    internal Task Configure(string link, string[] addresses)
    {
        _addresses[link] = addresses;
        return Ip([$"link set dev {link} addrgenmode none", $"link set dev {link} up",
            .. addresses.Select(a => $"addr add {a} dev {link}{(a.Contains(':') ? " nodad" : "")}")]);
    }

    private string Line(RunOptions options, string program, string[] arguments)
    {
        List<string> words = _holder is { } holder
            ? ["nsenter", "--target", holder.ToString(CultureInfo.InvariantCulture), "--net", "--mount", "--uts", "--pid",
                "--"]
            : [];
        words.AddRange(["env", $"--chdir={options.Directory}"]);
        words.AddRange(options.Environment.Where(v => v.Value is null).Select(v => $"--unset={v.Key}"));
        words.AddRange(options.Environment.Where(v => v.Value is not null).Select(v => $"{v.Key}={v.Value}"));
        return string.Join(' ', words.Append(program).Concat(arguments).Select(Quote));
    }

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
