using System.Net.Sockets;
using Holdfast.Linux;
using Holdfast.Linux.Files;

namespace Holdfast.Tests.Linux;

public sealed class FilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("holdfast-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string PathOf(string name) => Path.Combine(_directory, name);

    [Fact]
    public void A_file_is_replaced_whole_with_the_mode_that_was_asked_for()
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherWrite;
        var path = PathOf("key");
        AtomicFile.Write(path, "first", Public);
        Assert.Equal(("first", Public), (File.ReadAllText(path), File.GetUnixFileMode(path)));
        using var reader = File.OpenRead(path);
        AtomicFile.Write(path, "second, and longer", Private);
        Assert.Equal(("second, and longer", Private), (File.ReadAllText(path), File.GetUnixFileMode(path)));
        // Whoever had the old one open still has all of it.
        Assert.Equal("first", new StreamReader(reader).ReadToEnd());
        Assert.Equal([path], Directory.GetFiles(_directory));
    }

    [Fact]
    public void A_file_that_can_not_be_replaced_leaves_nothing_behind()
    {
        Directory.CreateDirectory(PathOf("occupied/inside"));
        Assert.ThrowsAny<Exception>(() => AtomicFile.Write(PathOf("occupied"), "x", UnixFileMode.UserRead));
        Assert.Empty(Directory.GetFiles(_directory));
        Assert.Throws<DirectoryNotFoundException>(
            () => AtomicFile.Write(PathOf("no/such"), "x", UnixFileMode.UserRead));
    }

    [Fact]
    public void What_a_killed_write_left_is_replaced_or_taken_away()
    {
        File.WriteAllText(PathOf(".key.new"), "hal");
        AtomicFile.Write(PathOf("key"), "whole", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal([PathOf("key")], Directory.GetFiles(_directory));
        File.WriteAllText(PathOf(".key.new"), "hal");
        AtomicFile.RemoveLeftover(PathOf("key"));
        AtomicFile.RemoveLeftover(PathOf("key"));
        AtomicFile.RemoveLeftover(PathOf("no/such"));
        Assert.Equal([PathOf("key")], Directory.GetFiles(_directory));
    }

    [Fact]
    public void The_other_end_of_a_unix_socket_is_known()
    {
        var address = new UnixDomainSocketEndPoint(PathOf("socket"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(address);
        using var accepted = listener.Accept();
        var peer = UnixPeerCredentials.Of(accepted);
        Assert.Equal((Environment.ProcessId, Privileges.EffectiveUserId), (peer.ProcessId, peer.UserId));

        using var lonely = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.Equal(Errno.ENOTCONN, Assert.Throws<LinuxException>(() => UnixPeerCredentials.Of(lonely)).Errno);
        using var internet = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<ArgumentException>(() => UnixPeerCredentials.Of(internet));
    }

    [Fact]
    public void A_setting_is_that_of_the_namespace() => KernelRoom.Run(() =>
    {
        Sysctl.Write("net.ipv4.ip_forward", "1");
        Assert.Equal("1", Sysctl.Read("net/ipv4/ip_forward"));
        KernelRoom.Run(() => Sysctl.Write("net/ipv4/ip_forward", "0"));
        Assert.Equal("1", Sysctl.Read("net.ipv4.ip_forward"));
        Assert.Null(Sysctl.Read("net/ipv4/no_such"));
        var error = Assert.Throws<LinuxException>(() => Sysctl.Write("net.ipv4.no_such", "1"));
        Assert.Equal("set net.ipv4.no_such to 1: No such file or directory (ENOENT)", error.Message);
        error = Assert.Throws<LinuxException>(() => Sysctl.Write("net/ipv4/ip_forward", "many"));
        Assert.Equal(Errno.EINVAL, error.Errno);
        Assert.Throws<ArgumentException>(() => Sysctl.Read("net/../../etc/passwd"));
    });
}
