using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

public sealed class TunnelFileTests
{
    private const string Simple = $"[Interface]\nPrivateKey={TestKeys.A}\n";
    private const string Node =
        $"tunnels: [{{name: a, private_key: {TestKeys.A}}}, {{name: b, private_key: {TestKeys.B}}}]";

    [Fact]
    public void A_bare_name_is_looked_up_as_wg_quick_does()
    {
        var files = new MemoryFiles().With("/etc/holdfast/x.conf", "").With("wg0.conf", "")
            .With("/etc/holdfast/wg0.conf", "");
        var file = new TunnelFile(files);
        Assert.Equal("/etc/holdfast/x.conf", file.Resolve("x"));
        Assert.Equal("wg0.conf", file.Resolve("wg0.conf"));
        Assert.Equal("./x.conf", file.Resolve("./x.conf"));
        Assert.Equal("/etc/wireguard/y.conf", file.Resolve("y"));
        files.With("/etc/wireguard/x.conf", "");
        Assert.Equal("/etc/wireguard/x.conf", file.Resolve("x"));
    }

    [Fact]
    public void The_format_shows_in_the_ending_or_in_the_first_line()
    {
        var file =
            new TunnelFile(new MemoryFiles().With("./w.conf", Simple).With("./n.yml", Node).With("./n", "#\n" + Node));
        Assert.Equal("w", file.Load("./w.conf").Value!.Name);
        Assert.Equal("b", file.Load("./n.yml", "b").Value!.Name);
        Assert.Equal("a", file.Load("./n", "a").Value!.Name);
        Assert.Equal("./n.yml: 2 tunnels in the file; name one of a, b", file.Load("./n.yml").Errors[0].ToString());
        Assert.Equal("./n.yml: no tunnel c in the file; name one of a, b", file.Load("./n.yml", "c").Errors[0]
            .ToString());
        Assert.Equal(2, file.LoadNode("./n.yml").Value!.Tunnels.Count);
    }

    [Fact]
    public void Others_who_can_read_keys_are_warned_of_and_others_who_can_write_commands_refused()
    {
        string hooks = Simple + "PostUp = true\n";
        var file = new TunnelFile(new MemoryFiles().With("./a.conf", Simple, UnixFileMode.OtherRead)
            .With("./b.conf", hooks, UnixFileMode.GroupWrite).With("./c.conf", Simple, UnixFileMode.GroupWrite));
        var open = file.Load("./a.conf");
        Assert.NotNull(open.Value);
        Assert.Equal("./a.conf: others can get at this file and its keys; chmod 600 ./a.conf", open.Warnings[0]
            .ToString());
        Assert.Equal("./b.conf: the file has commands, and not only its owner may write it; chmod go-w ./b.conf",
            Assert.Single(file.Load("./b.conf").Errors).ToString());
        Assert.NotNull(file.Load("./c.conf").Value);
    }

    [Fact]
    public void Commands_of_a_file_that_somebody_else_owns_are_refused()
    {
        const uint Other = uint.MaxValue - 7;
        string hooks = Simple + "PreDown = true\n";
        var file = new TunnelFile(new MemoryFiles().With("./a.conf", Simple, owner: Other)
            .With("./b.conf", hooks, owner: Other).With("./c.conf", hooks, owner: 0)
            .With("./d.conf", hooks, owner: Holdfast.Linux.Privileges.EffectiveUserId));
        Assert.NotNull(file.Load("./a.conf").Value);
        Assert.StartsWith("./b.conf: the file has commands, and belongs to another user; chown ",
            Assert.Single(file.Load("./b.conf").Errors).ToString(), StringComparison.Ordinal);
        Assert.NotNull(file.Load("./c.conf").Value);
        Assert.NotNull(file.Load("./d.conf").Value);
    }

    [Fact]
    public void What_is_no_file_is_refused_at_once()
    {
        using var directory = new TestDirectory();
        // Whoever opened the FIFO would wait for a writer.
        string fifo = directory.Path + "/wg7.conf";
        using (var make = System.Diagnostics.Process.Start("mkfifo", [fifo])) make.WaitForExit();
        foreach (var (path, what) in new[] { (fifo, "a FIFO"), (directory.Path, "a directory"), ("/dev/null", "a device") })
        {
            Assert.Equal($"{path}: can't be read: it is {what}, not a file; make it a file that you can read",
                Assert.Single(TunnelFile.OnHost.Load(path).Errors).ToString());
        }
        string node = directory.Write("node.yaml", $"tunnels: [{{name: a, private_key_file: {fifo}}}]");
        Assert.Contains("it is a FIFO, not a file", Assert.Single(TunnelFile.OnHost.LoadNode(node).Errors).Message);
    }

    [Fact]
    public void Files_of_the_host_are_read_with_their_modes()
    {
        using var directory = new TestDirectory();
        string path = directory.Write("wg7.conf", Simple);
        var result = TunnelFile.OnHost.Load(path);
        Assert.Equal("wg7", result.Value!.Name);
        Assert.Empty(result.Warnings);
        Assert.Equal("there is no such file", TunnelFile.OnHost.Load(directory.Path + "/no.conf").Errors[0].Message);
        Assert.StartsWith("can't be read", TunnelFile.OnHost.Load(directory.Path).Errors[0].Message,
            StringComparison.Ordinal);
        var text = SystemConfigFiles.Instance.Read(path, 100);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, text.Mode);
        Assert.Equal(Holdfast.Linux.Privileges.EffectiveUserId, text.Owner);
        Assert.Throws<IOException>(() => SystemConfigFiles.Instance.Read(path, 10));
        // The directory is closed to others, and that is enough for wg-quick too.
        directory.Write("wg7.conf", Simple, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Empty(TunnelFile.OnHost.Load(path).Warnings);
    }

    [Fact]
    public void A_table_named_by_the_host_is_known()
    {
        var files = new MemoryFiles().With("/etc/iproute2/rt_tables", "77 vpn\n1 more\n")
            .With("/usr/share/iproute2/rt_tables", "78 vpn\n79 packaged\n")
            .With("/etc/iproute2/rt_tables.d/x.conf", "80 more\n").With("/etc/iproute2/rt_tables.d/README", "81 more\n")
            .With("/usr/share/iproute2/rt_tables.d/x.conf", "82 hidden\n")
            .With("/usr/share/iproute2/rt_tables.d/y.conf", "83 shipped\n");
        Assert.Equal(TableChoice.Given(77), Table("vpn"));
        Assert.Equal(TableChoice.Given(80), Table("more"));
        Assert.Equal(TableChoice.Given(83), Table("shipped"));
        Assert.Null(Table("packaged"));
        Assert.Null(Table("hidden"));

        TableChoice? Table(string name) => new TunnelFile(files.With("./a.conf", Simple + $"Table = {name}\n"))
            .Load("./a.conf").Value?.Table;
    }
}
