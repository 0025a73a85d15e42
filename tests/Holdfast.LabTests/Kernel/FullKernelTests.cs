namespace Holdfast.LabTests.Kernel;

/// <summary>Machines with a kernel of their own.</summary>
public sealed class FullKernelTests : LabTest
{
    [Fact]
    public async Task A_machine_has_the_kernel_and_modules_that_it_is_asked_for()
    {
        var machine = await Boot("wireguard", "8021q", "sch_netem");
        var modules = (await machine.Run("lsmod")).Output;
        Assert.Matches("(?m)^wireguard ", modules);
        Assert.Matches("(?m)^8021q ", modules);
        Assert.Matches("(?m)^sch_netem ", modules);

        var result = await machine.Machine.Run(GuestHost.Usual with { Input = "in", MayFail = true }, "sh", "-c",
            "cat; echo out; echo \"it's err\" >&2; exit 3");
        Assert.Equal((3, "inout", "it's err"), (result.ExitCode, result.Output, result.Errors));
        Assert.Contains("holdfast", (await machine.Run(HoldfastBinary.Path, "--version")).Output);

        await machine.Draw("a -net- b");
        await machine.Host("a").Carries(machine.Host("b").V4("net"), Seconds(60));
        await machine.Host("b").Carries(machine.Host("a").V6("net"), Seconds(60));
    }

    [Fact]
    public async Task Systemd_is_process_1_where_a_test_asks_for_it()
    {
        var machine = await Boot(new FullKernelOptions { SystemdTarget = "basic.target" });
        Assert.Equal("systemd", await machine.Machine.ReadFile("/proc/1/comm"));
        await machine.Run("systemctl", "is-active", "basic.target");
    }
}
