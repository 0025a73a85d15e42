using Holdfast.Linux;
using Holdfast.Linux.Namespaces;
using Holdfast.Linux.Tun;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Tests.Linux;

public sealed class TunDeviceTests
{
    [Fact]
    public void A_device_ends_with_its_owner() => KernelRoom.Run(() =>
    {
        using (var tun = TunDevice.Open("hft%d"))
        {
            Assert.Equal("hft0", tun.Name);
            Assert.False(tun.Adopted);
            Assert.True(tun.Index > 1);
            tun.Mtu = 1420;
            Assert.Equal(1420, tun.Mtu);
        }
        using var again = TunDevice.Open("hft0");
        Assert.False(again.Adopted);
        Assert.Equal(1500, again.Mtu);
    });

    [Fact]
    public void A_persistent_device_waits_for_its_next_owner() => KernelRoom.Run(() =>
    {
        int index;
        using (var tun = TunDevice.Open("hft0", new TunOptions { Persist = true }))
        {
            tun.Mtu = 1380;
            index = tun.Index;
        }
        using var next = TunDevice.Open("hft0", new TunOptions { Persist = true });
        Assert.True(next.Adopted);
        Assert.Equal((index, 1380), (next.Index, next.Mtu));
        next.SetPersistent(false);
        next.Dispose();
        using var last = TunDevice.Open("hft0");
        Assert.False(last.Adopted);
    });

    [Fact]
    public void A_second_owner_is_refused() => KernelRoom.Run(() =>
    {
        using var tun = TunDevice.Open("hft0", new TunOptions { Persist = true });
        var error = Assert.Throws<LinuxException>(() => TunDevice.Open("hft0"));
        Assert.Equal(Errno.EBUSY, error.Errno);
        Assert.Equal("open TUN hft0: Device or resource busy (EBUSY): another process holds it", error.Message);
    });

    [Fact]
    public void A_device_that_must_be_new_is_not_taken_over() => KernelRoom.Run(() =>
    {
        TunDevice.Open("hft0", new TunOptions { Persist = true }).Dispose();
        var error = Assert.Throws<LinuxException>(() => TunDevice.Open("hft0", new TunOptions { MustBeNew = true }));
        Assert.Equal(Errno.EBUSY, error.Errno);
        Assert.EndsWith("exists already", error.Message);
    });

    [Theory]
    [InlineData("lo", false), InlineData("hft0", true)]
    public void An_interface_of_another_kind_is_left_alone(string name, bool tap) => KernelRoom.Run(() =>
    {
        using (TunDevice.Open("hft0", new TunOptions { Persist = true }))
        {
        }
        var error = Assert.Throws<LinuxException>(() => TunDevice.Open(name, new TunOptions { Tap = tap }));
        Assert.Equal(Errno.EEXIST, error.Errno);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData(""), InlineData("a/b"), InlineData("sixteen-bytes-ab"), InlineData("a b"), InlineData("a:1"), InlineData(".")]
    public void A_name_that_can_not_be_an_interfaces_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => TunDevice.Open(name));

    [Fact]
    public void Nothing_to_read_and_a_device_that_is_down_are_answers() => KernelRoom.Run(() =>
    {
        using var tun = TunDevice.Open("hft0");
        Assert.Equal(-Errno.EAGAIN, tun.Read(new byte[1500]));
        Assert.Equal(-Errno.EIO, tun.Write(Packets.Udp4("10.9.0.2", "10.9.0.1", [1])));
        tun.Dispose();
        Assert.Equal(-Errno.EBADF, tun.Read(new byte[1500]));
        Assert.Equal(-Errno.EBADF, tun.Write(new byte[20]));
        Assert.Equal(-1, tun.Fd);
    });

    [Fact]
    public void Properties_are_those_of_the_namespace_it_was_opened_in() => KernelRoom.Run(() =>
    {
        using var space = NetworkNamespace.Create();
        using var tun = NetworkNamespace.RunIn(space, () => TunDevice.Open("hft0"));
        tun.Mtu = 1400;
        Assert.Equal(1400, tun.Mtu);
        using var there = tun.OpenNamespace();
        Assert.Equal(Inode(space), NetworkNamespace.RunIn(there, () => Here()));

        static string Here() => File.ResolveLinkTarget("/proc/thread-self/ns/net", returnFinalTarget: false)!.Name;
        static string Inode(SafeFileHandle space) => NetworkNamespace.RunIn(space, Here);
    });

    [Fact]
    public void Reading_nothing_allocates_nothing() => KernelRoom.Run(() =>
    {
        using var tun = TunDevice.Open("hft0");
        var buffer = new byte[1500];
        tun.Read(buffer);
        tun.Write(buffer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            tun.Read(buffer);
            tun.Write(buffer);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    });
}
