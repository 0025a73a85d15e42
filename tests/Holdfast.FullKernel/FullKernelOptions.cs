namespace Holdfast.FullKernels;

/// <summary>How a machine with a kernel of its own is booted.</summary>
public sealed record FullKernelOptions
{
    /// <summary>Names the directory that a failed run leaves: the test's name.</summary>
    public string Name { get; init; } = "kernel";

    /// <summary>Modules to load, by name, such as "wireguard" or "sch_netem". What they depend on comes with them, and
    /// what the kernel asks for by itself (`ip link add type vlan`) is loaded then.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>systemd is process 1 and runs up to this unit, such as "basic.target"; null is a process 1 that does
    /// nothing but bury the dead.</summary>
    public string? SystemdTarget { get; init; }

    /// <summary>Memory in MiB. Everything that the machine writes is in it.</summary>
    public int Memory { get; init; } = 1024;

    /// <summary>Processors, each a thread of the emulator.</summary>
    public int Processors { get; init; } = 2;

    /// <summary>How long booting may take, until the first program can run.</summary>
    public TimeSpan BootDeadline { get; init; } = TimeSpan.FromSeconds(90);
}
