using Holdfast.Linux;
using Holdfast.Linux.Namespaces;

namespace Holdfast.Tests.Linux;

public sealed class NetworkNamespaceTests
{
    private static string Here => File.ResolveLinkTarget("/proc/thread-self/ns/net", returnFinalTarget: false)!.Name;

    [Fact]
    public void A_function_runs_inside_and_the_caller_stays_outside() => KernelRoom.Run(() =>
    {
        var before = Here;
        using var space = NetworkNamespace.Create();
        var inside = NetworkNamespace.RunIn(space, () => Here);
        Assert.NotEqual(before, inside);
        Assert.Equal(inside, NetworkNamespace.RunIn(space, () => Here));
        Assert.Equal(before, Here);
    });

    [Fact]
    public void The_room_of_a_test_is_not_the_machines()
    {
        var outside = Here;
        KernelRoom.Run(() => Assert.NotEqual(outside, Here));
        Assert.Equal(outside, Here);
    }

    [Fact]
    public void A_process_has_a_namespace() => KernelRoom.Run(() =>
    {
        using var machine = NetworkNamespace.OpenProcess(Environment.ProcessId);
        Assert.NotEqual(Here, NetworkNamespace.RunIn(machine, () => Here));
    });

    [Fact]
    public void What_is_thrown_inside_arrives_outside() => KernelRoom.Run(() =>
    {
        using var space = NetworkNamespace.OpenCurrent();
        Action failing = () => throw new FormatException("inside");
        Assert.Equal("inside", Assert.Throws<FormatException>(() => NetworkNamespace.RunIn(space, failing)).Message);
    });

    [Fact]
    public void What_is_no_namespace_is_refused_with_its_name()
    {
        var error = Assert.Throws<LinuxException>(() => NetworkNamespace.OpenName("holdfast-no-such-name"));
        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Contains("/run/netns/holdfast-no-such-name", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NetworkNamespace.OpenName("../x"));
        using var file = File.OpenHandle("/dev/null");
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => NetworkNamespace.Enter(file)).Errno);
    }
}
