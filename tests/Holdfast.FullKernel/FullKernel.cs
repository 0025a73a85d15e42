using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Holdfast.FullKernels;

/// <summary>
/// A machine with a kernel of its own: Debian's, emulated, with this machine's files as its root. What it writes stays in
/// its memory. It runs in a host of a <see cref="Lab"/> and ends with it, however the test ends.
/// </summary>
public sealed class FullKernel : IAsyncDisposable
{
    private const string Emulator = "qemu-system-x86_64";
    private const int Shells = 8;

    private readonly Lab _lab;
    private readonly Host _outside;
    private readonly LineLog _commands;
    private readonly List<SerialShell> _shells = [];
    private readonly ConcurrentQueue<SerialShell> _idle = new();
    private readonly SemaphoreSlim _idleShells = new(0);
    private readonly Dictionary<string, GuestHost> _hosts = [];
    private HostProcess? _emulator;
    private int _links;
    private bool _disposed;

    private FullKernel(Lab lab)
    {
        _lab = lab;
        _outside = lab.Host("emulator");
        _commands = new LineLog(lab.LogFile("machine.commands.log"));
        Machine = new GuestHost(this, "machine", holder: null);
    }

    /// <summary>The machine itself, outside of every host that was drawn in it.</summary>
    public GuestHost Machine { get; }

    /// <summary>What the machine said on its console.</summary>
    public LineLog Console => _emulator!.Output;

    /// <summary>The test failed: keep logs, the console and the hosts' state in <see cref="Directory"/>.</summary>
    public bool Failed
    {
        get => _lab.Failed;
        set => _lab.Failed = value;
    }

    /// <summary>Where logs go; after a failed run it has another place, and after a passing one it is gone.</summary>
    public string Directory => _lab.Directory;

    /// <summary>Boots a machine with modules loaded.</summary>
    /// <param name="modules">Their names.</param>
    /// <exception cref="LabException">Something is missing here, or the machine did not come up; its console is in the
    /// message.</exception>
    public static Task<FullKernel> Boot(params string[] modules) => Boot(new FullKernelOptions { Modules = modules });

    /// <inheritdoc cref="Boot(string[])"/>
    /// <param name="options">How.</param>
    public static async Task<FullKernel> Boot(FullKernelOptions options)
    {
        if (LabRequirements.Check(Emulator, "busybox", "modprobe") is { } missing)
            throw new LabException(missing);
        var kernel = KernelFiles.Find();
        var machine = new FullKernel(await Lab.Draw(new LabOptions { Name = options.Name }, "emulator"));
        try
        {
            await machine.Start(kernel, options);
            return machine;
        }
        catch
        {
            machine.Failed = true;
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program on the machine itself, to its end.</summary>
    /// <inheritdoc cref="GuestHost.Run(string, string[])"/>
    public Task<RunResult> Run(string program, params string[] arguments) => Machine.Run(program, arguments);

    /// <summary>Runs a script of the shell on the machine itself, with `set -e`.</summary>
    /// <inheritdoc cref="GuestHost.Shell(string)"/>
    public Task<RunResult> Shell(string script) => Machine.Shell(script);

    /// <summary>Draws hosts, and veth pairs between them, inside the machine.</summary>
    /// <param name="drawing">"site -lan- hub" is a veth pair, "site" a host; hosts are made as they are named. The
    /// kernel itself can put faults on a pair (netem).</param>
    public async Task Draw(params string[] drawing)
    {
        foreach (var plan in drawing.Select(LabPlan.Parse))
        {
            if (plan.Relayed)
                throw new LabException("a wire (=) needs the test's own process: draw a veth pair (-) in a machine");
            var names = new[] { plan.Near, plan.Far }.OfType<string>().Where(n => !_hosts.ContainsKey(n));
            foreach (var host in await Task.WhenAll(names.Select(n => GuestHost.Make(this, n))))
                _hosts.Add(host.Name, host);
            if (plan.Far is not null)
                await AddVeth(Host(plan.Near), Host(plan.Far), plan.Name);
        }
    }

    /// <summary>Finds a host of the machine.</summary>
    /// <param name="name">Its name.</param>
    public GuestHost Host(string name) => _hosts.TryGetValue(name, out var host) ? host
        : throw new LabException($"there is no host {name}; there are {string.Join(", ", _hosts.Keys)}");

    /// <summary>Ends the machine. If <see cref="Failed"/>, evidence is kept first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (Failed && _idleShells.CurrentCount > 0)
        {
            foreach (var host in _hosts.Values.Prepend(Machine))
                await GuestEvidence.Save(host, Machine, Directory);
        }
        foreach (var shell in _shells)
            shell.Dispose();
        _commands.Close();
        await _lab.DisposeAsync();
    }

    internal async Task<RunResult> Run(string host, string command, string script, string? input, TimeSpan timeout)
    {
        if (!await _idleShells.WaitAsync(timeout) || !_idle.TryDequeue(out var shell))
            throw new LabException($"{host}: no shell was idle to run `{command}`");
        RunResult result;
        try
        {
            result = await shell.Run(command, script, Encoding.UTF8.GetBytes(input ?? ""), timeout);
        }
        catch (LabException e)
        {
            // The shell may be in the middle of a message: it never becomes idle again.
            var state = _emulator!.HasExited ? $"; the machine has ended:\n{Console.Tail()}" : "";
            throw new LabException($"{host}: {e.Message}{state}", e);
        }
        _idle.Enqueue(shell);
        _idleShells.Release();
        _commands.Append(result.ToString(), host);
        return result.ExitCode is 124 or 137 && result.Elapsed >= timeout
            ? throw new LabException($"{host}: took longer than {timeout.TotalSeconds:0.0} s: {result}")
            : result;
    }

    private async Task Start(KernelFiles kernel, FullKernelOptions options)
    {
        for (var i = 1; i <= Shells; i++)
            _shells.Add(SerialShell.Listen(_outside.PathOf(ShellPath(i))));
        const string FirstRoot = "/run/initramfs";
        Initramfs.Write(_outside.PathOf(FirstRoot), kernel, Shells, options.SystemdTarget is not null);
        _emulator = _outside.Start(Emulator, [.. Arguments(kernel, FirstRoot, options)]);
        using var deadline = new CancellationTokenSource(options.BootDeadline);
        try
        {
            var opened = Task.WhenAll(_shells.Select(l => l.Open(deadline.Token)));
            if (await Task.WhenAny(opened, _emulator.Ends(options.BootDeadline)) != opened)
                throw new LabException("the machine ended");
            await opened;
        }
        catch (Exception e) when (e is LabException or OperationCanceledException or EndOfStreamException)
        {
            throw new LabException($"the machine did not boot: {e.Message}\n{_emulator.Describe()}", e);
        }
        foreach (var shell in _shells)
            _idle.Enqueue(shell);
        _idleShells.Release(Shells);
        // /dev/net/tun is there once its driver is, and the shipped binary needs it.
        await Run("modprobe", ["-a", "tun", .. options.Modules]);
        if (options.SystemdTarget is not null)
            await SystemdIsUp(options.BootDeadline);
    }

    private static IEnumerable<string> Arguments(KernelFiles kernel, string firstRoot, FullKernelOptions options)
    {
        string[] console = ["console=ttyS0", "panic=-1"];
        string[] systemd = options.SystemdTarget is { } target ? [$"systemd.unit={target}"] : [];
        yield return "-nodefaults";
        yield return "-no-user-config";
        yield return "-no-reboot";
        string[][] pairs =
        [
            ["-machine", "q35"],
            // KVM is not everywhere where tests run, and what is emulated is the same everywhere.
            ["-accel", "tcg,thread=multi"], ["-cpu", "max"], ["-smp", Number(options.Processors)],
            ["-m", Number(options.Memory)], ["-display", "none"], ["-serial", "stdio"],
            ["-kernel", kernel.Image], ["-initrd", firstRoot], ["-append", string.Join(' ', [.. console, .. systemd])],
            ["-fsdev", "local,id=root,path=/,readonly=on,security_model=none,multidevs=remap"],
            ["-device", $"virtio-9p-pci,fsdev=root,mount_tag={Initramfs.Share}"],
            ["-device", "virtio-serial-pci"],
        ];
        foreach (var word in pairs.SelectMany(p => p))
            yield return word;
        for (var i = 1; i <= Shells; i++)
        {
            yield return "-chardev";
            yield return $"socket,id=shell{i},path={ShellPath(i)}";
            yield return "-device";
            yield return $"virtserialport,chardev=shell{i},nr={i}";
        }
    }

    // A unit that can't run here ("degraded") is not for us to judge.
    private Task SystemdIsUp(TimeSpan within)
        => Eventually.Gives(() => Machine.Run(GuestHost.Usual with { MayFail = true }, "systemctl",
            "is-system-running"), state => state.Output is "running" or "degraded", within, "systemd to be up");

    private async Task AddVeth(GuestHost near, GuestHost far, string? name)
    {
        var number = _links++;
        name ??= string.Create(CultureInfo.InvariantCulture, $"veth{number}");
        await Run("ip", "link", "add", name, "netns", Number(near.Holder), "type", "veth", "peer", "name", name,
            "netns", Number(far.Holder));
        await Task.WhenAll(near.Configure(name, AddressPlan.Public(number, 1)), far.Configure(name, AddressPlan.Public(number, 2)));
    }

    private static string ShellPath(int number) => string.Create(CultureInfo.InvariantCulture, $"/run/shell{number}");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
