namespace Holdfast.LabTests.Kernel;

/// <summary>A machine whose kernel speaks WireGuard, booted once for a class of tests. Each test draws hosts of its own in
/// it.</summary>
public sealed class WireGuardMachine : IAsyncLifetime
{
    public FullKernel Machine { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Machine = await FullKernel.Boot(new FullKernelOptions
        {
            Name = nameof(WireGuardMachine),
            Modules = ["wireguard", "sch_netem"],
        });
        // It then says in dmesg, which a failed test keeps, why it dropped a packet.
        await Machine.Shell("""
            mount -t debugfs debugfs /sys/kernel/debug
            echo 'module wireguard +p' >/sys/kernel/debug/dynamic_debug/control
            """);
    }

    public ValueTask DisposeAsync() => Machine.DisposeAsync();
}
