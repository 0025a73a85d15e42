using System.Net.Sockets;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Api;
using Holdfast.Linux;
using Holdfast.Tests.Protocol.Sim;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Api;

public sealed class WireGuardSocketTests
{
    private static readonly string Key = string.Concat(Enumerable.Repeat("11", 32));

    [Fact]
    public async Task The_socket_is_its_owners_and_goes_with_the_server()
    {
        await using var room = TunnelRoom.Open();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(room.Socket.Path));
        Assert.Equal([room.Socket.Path], Directory.GetFileSystemEntries(room.Directory.FullName));
        await room.Socket.DisposeAsync();
        Assert.False(File.Exists(room.Socket.Path));
        Assert.True(room.Socket.WhenDeleted().IsCompleted);
    }

    [Fact]
    public async Task A_live_socket_is_kept_and_a_dead_one_replaced()
    {
        await using var room = TunnelRoom.Open();
        var error = Assert.Throws<LinuxException>(() =>
            WireGuardSocket.Open(room.Directory.FullName, "wg0", room.Tunnel, NullLogger.Instance));
        Assert.Equal(Errno.EADDRINUSE, error.Errno);
        Assert.Contains(room.Socket.Path, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("errno=0\n\n", await room.AskAsync("get=1\n\n"), StringComparison.Ordinal);

        var dead = Path.Combine(room.Directory.FullName, "wg9.sock");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            var born = dead + "-born"; // closing removes the name it was bound to, a killed process removes nothing
            socket.Bind(new UnixDomainSocketEndPoint(born));
            File.Move(born, dead);
        }
        Assert.True(File.Exists(dead));
        await using var second = WireGuardSocket.Open(room.Directory.FullName, "wg9", room.Tunnel,
            NullLogger.Instance);
        using var client = LocalClient.Connect(dead);
    }

    [Fact]
    public async Task Who_deletes_the_socket_is_noticed()
    {
        await using var room = TunnelRoom.Open();
        var deleted = room.Socket.WhenDeleted();
        Assert.False(deleted.IsCompleted);
        File.Delete(room.Socket.Path);
        await deleted.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_path_that_is_too_long_is_an_error()
    {
        await using var room = TunnelRoom.Open();
        var error = Assert.Throws<LinuxException>(() =>
            WireGuardSocket.Open(room.Directory.FullName, new string('x', 100), room.Tunnel, NullLogger.Instance));
        Assert.Equal(Errno.ENAMETOOLONG, error.Errno);
    }

    // The numbers are those that wireguard-go 0.0.20220316 answers with, but for the last three.
    [Theory]
    [InlineData("set=1\n\n", 0), InlineData("set=1\nlisten_port=00053\r\n\r\n", 0)]
    [InlineData("set=1\nlisten_port=abc\n\n", 22)]
    [InlineData("set=1\nfoo\n\n", 71), InlineData("set=1\nfoo=1\n\n", 22), InlineData("set=1\nprivate_key=00\n\n", 22)]
    [InlineData("set=1\nreplace_peers=false\n\n", 22), InlineData("get=1\nx\n\n", 22)]
    // It would apply what came until then; here a request counts as a whole.
    [InlineData("set=1\nfwmark=1\n", 71), InlineData("set=1\nfwmark=1", 71), InlineData("set=1\n", 71)]
    public async Task Answers_have_wireguard_gos_numbers(string request, int errno)
    {
        await using var room = TunnelRoom.Open();
        using var client = LocalClient.Connect(room.Socket.Path);
        await client.SendAsync(request);
        client.EndSending();
        Assert.Equal($"errno={-errno}\n\n".Replace("-0", "0", StringComparison.Ordinal),
            await client.ReadToEndAsync());
        Assert.DoesNotContain("fwmark", await room.AskAsync("get=1\n\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""), InlineData("get=1\n"), InlineData("bogus=1\n\n"), InlineData("get=1\r\n\r\n"), InlineData("\n")]
    public async Task What_is_no_operation_gets_no_answer(string request)
    {
        await using var room = TunnelRoom.Open();
        using var client = LocalClient.Connect(room.Socket.Path);
        await client.SendAsync(request);
        client.EndSending();
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_port_in_use_changes_nothing()
    {
        await using var room = TunnelRoom.Open();
        await using var other = Holdfast.Linux.Namespaces.NetworkNamespace.RunIn(room.Space, () =>
            RunningTunnel.Start(new TunnelOptions { Name = "wg1" }, NullLogger.Instance));
        var taken = (await other.StatusAsync()).ListenPort;
        var before = await room.AskAsync("get=1\n\n");
        Assert.Equal("errno=-98\n\n",
            await room.AskAsync($"set=1\nprivate_key={Key}\nlisten_port={taken}\npublic_key={Key}\n\n"));
        Assert.Equal(before, await room.AskAsync("get=1\n\n"));
    }

    [Fact]
    public async Task Operations_follow_each_other_on_one_connection_also_after_an_error()
    {
        await using var room = TunnelRoom.Open();
        using var client = LocalClient.Connect(room.Socket.Path);
        await client.SendAsync("set=1\nfwmark=1\n\nset=1\nfwmark=2\nwrong\nfwmark=3\n\n");
        await client.SendAsync($"set=1\npublic_key={Key}\n\nget=1\n\n");
        Assert.Equal("errno=0\n\n", await client.ReadUntilAsync("\n\n"));
        Assert.Equal("errno=-71\n\n", await client.ReadUntilAsync("\n\n"));
        Assert.Equal("errno=0\n\n", await client.ReadUntilAsync("\n\n"));
        var shown = await client.ReadUntilAsync("\n\n");
        Assert.Contains("fwmark=1\n", shown, StringComparison.Ordinal);
        Assert.Contains($"public_key={Key}\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_refused()
    {
        await using var room = TunnelRoom.Open();
        using var client = LocalClient.Connect(room.Socket.Path);
        await client.SendAsync("set=1\nx=" + new string('y', EngineLimits.RequestLineBytes));
        Assert.Equal("errno=-5\n\n", await client.ReadUntilAsync("\n\n"));
        using var noisy = LocalClient.Connect(room.Socket.Path);
        await noisy.SendAsync(new string('z', EngineLimits.RequestLineBytes + 1));
        Assert.Equal("", await noisy.ReadToEndAsync());
    }

    [Fact]
    public async Task One_client_too_many_is_sent_away_and_the_others_stay()
    {
        await using var room = TunnelRoom.Open();
        var clients = new List<LocalClient>();
        try
        {
            for (var i = 0; i < EngineLimits.ControlClients; i++)
            {
                clients.Add(LocalClient.Connect(room.Socket.Path));
                await clients[i].SendAsync("get=1\n\n");
                await clients[i].ReadUntilAsync("\n\n");
            }
            using (var last = LocalClient.Connect(room.Socket.Path)) Assert.Equal("", await last.ReadToEndAsync());
            await clients[0].SendAsync("get=1\n\n");
            Assert.EndsWith("errno=0\n\n", await clients[0].ReadUntilAsync("\n\n"), StringComparison.Ordinal);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public async Task Noise_and_rude_ends_leave_the_engine_alone()
    {
        await using var room = TunnelRoom.Open();
        var seed = (ulong)Random.Shared.NextInt64();
        var random = new SimRandom(seed);
        for (var round = 0; round < 200; round++)
        {
            using var client = LocalClient.Connect(room.Socket.Path);
            var noise = new byte[random.Next(3000)];
            random.Fill(noise);
            try
            {
                if (random.Chance(.7)) await client.SendAsync("set=1\n");
                await client.SendAsync(noise);
                if (random.Chance(.3)) continue; // gone without a word
                client.EndSending();
                await client.ReadToEndAsync();
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.Shutdown)
            {
                // Cut off while sending, after a line that is none: also an end.
                Assert.NotEmpty(noise);
            }
        }
        Assert.True((await room.AskAsync("get=1\n\n")).EndsWith("errno=0\n\n", StringComparison.Ordinal),
            $"seed {seed}");
    }

    [Fact]
    public async Task Ten_thousand_peers_go_in_and_come_out()
    {
        const int Peers = 10_000;
        var random = new SimRandom(7);
        var request = new StringBuilder($"private_key={Hex(random)}\n");
        request.Append("listen_port=5353\nfwmark=9\nreplace_peers=true\n");
        for (var i = 0; i < Peers; i++)
        {
            request.Append($"public_key={Hex(random)}\npreshared_key={Hex(random)}\nprotocol_version=1\n");
            if (i % 2 == 0) request.Append($"endpoint=[2001:db8::{i + 1:x}]:{1 + i}\n");
            request.Append("persistent_keepalive_interval=0\n");
            request.Append($"allowed_ip=10.{i >> 8}.{i & 255}.0/24\nallowed_ip=fd07:{i + 1:x}::/64\n");
        }
        await using var room = TunnelRoom.Open();
        Assert.Equal("errno=0\n\n", await room.AskAsync($"set=1\n{request}\n"));
        var shown = await room.AskAsync("get=1\n\n");
        Assert.Equal(Setting(request.ToString().Replace("replace_peers=true\n", "", StringComparison.Ordinal)),
            Setting(shown));

        // What one shows, another takes.
        await using var second = TunnelRoom.Open();
        Assert.Equal("errno=0\n\n", await second.AskAsync($"set=1\n{string.Join('\n', Setting(shown))}\n\n"));
        Assert.Equal(shown, await second.AskAsync("get=1\n\n"));
    }

    private static string[] Setting(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l =>
            !l.StartsWith("errno", StringComparison.Ordinal)
            && !l.StartsWith("last_", StringComparison.Ordinal) && !l.Contains("x_bytes", StringComparison.Ordinal))];

    /// <summary>A key that is clamped already, so that it comes back as it went.</summary>
    private static string Hex(SimRandom random)
    {
        var bytes = new byte[32];
        random.Fill(bytes);
        bytes[0] &= 248;
        bytes[31] = (byte)(bytes[31] & 127 | 64);
        return Convert.ToHexStringLower(bytes);
    }
}
