using System.Diagnostics;
using System.Net.Sockets;
using Holdfast.Control;
using Holdfast.Engine;
using Holdfast.Engine.Api;
using Holdfast.Engine.Health;
using Holdfast.Linux;
using Holdfast.Tests.Protocol.Sim;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Api;

[Collection(nameof(RunDirectoryCollection))]
public sealed class ControlServerTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly ControlRequest Ping = new() { Verb = ControlVerbs.Ping };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_gets_the_handlers_answer()
    {
        ControlRequest? asked = null;
        var status = new TunnelStatus { Name = "hf0", Version = "1" };
        await using var server = Open("hf0", (request, _) =>
        {
            asked = request;
            return Task.FromResult(new ControlReply { Ok = true, Status = status });
        });
        var reply = await ControlClient.AskAsync("hf0", new ControlRequest { Verb = ControlVerbs.Status }, Long,
            Cancel);
        Assert.True(reply.Ok);
        Assert.Equal("hf0", reply.Status!.Name);
        Assert.Equal(ControlVerbs.Status, asked!.Verb);
        Assert.Contains("hf0", RunDirectory.Tunnels());
        Assert.Equal(RunDirectory.SocketOf("hf0"), server.Path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(server.Path));
    }

    [Fact]
    public async Task A_large_answer_arrives_whole()
    {
        var peers = Enumerable.Range(0, 10_000).Select(i => new PeerStatus { PublicKey = $"peer {i}" }).ToArray();
        await using var server = Open("hf0", (_, _) =>
        {
            var status = new TunnelStatus { Name = "hf0", Version = "", Peers = peers };
            return Task.FromResult(new ControlReply { Ok = true, Status = status });
        });
        var reply = await ControlClient.AskAsync("hf0", Ping, Long, Cancel);
        Assert.Equal(peers.Select(p => p.PublicKey), reply.Status!.Peers.Select(p => p.PublicKey));
    }

    [Theory, InlineData("hf9"), InlineData(""), InlineData("../hf0"), InlineData("a/b"), InlineData("..")]
    public async Task A_name_without_an_engine_is_no_tunnel(string name) =>
        Assert.Equal(ControlFailure.NoSuchTunnel, (await FailAsync(name, Long)).Failure);

    [Fact]
    public async Task A_dead_engines_socket_does_not_answer()
    {
        Directory.CreateDirectory(RunDirectory.Location);
        var path = RunDirectory.SocketOf("dead");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(path + ".born"));
            File.Move(path + ".born", path);
        }
        Assert.Equal(ControlFailure.NotAnswering, (await FailAsync("dead", Long)).Failure);
        await using var server = Open("dead", Pong);
        Assert.True((await ControlClient.AskAsync("dead", Ping, Long, Cancel)).Ok);
    }

    [Fact]
    public void What_died_before_its_socket_had_its_name_leaves_nothing()
    {
        var path = RunDirectory.SocketOf("killed");
        string[] dead = [$"{path}.{int.MaxValue}", $"{path}.{Environment.ProcessId}"], others = [$"{path}.1", $"{path}.old"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        foreach (var left in (string[])[.. dead, .. others]) File.WriteAllText(left, "");
        using var socket = SocketFile.Listen(path);
        Assert.DoesNotContain(dead, File.Exists);
        Assert.All(others, left => Assert.True(File.Exists(left)));
        foreach (var left in (string[])[path, .. others]) File.Delete(left);
    }

    [Fact]
    public async Task A_stopped_engine_does_not_answer()
    {
        using var socket = SocketFile.Listen(RunDirectory.SocketOf("stopped"));
        var error = await FailAsync("stopped", Short);
        Assert.Equal(ControlFailure.NotAnswering, error.Failure);
        Assert.Equal("the engine of stopped does not answer", error.Message);
        File.Delete(RunDirectory.SocketOf("stopped"));
    }

    [Fact]
    public async Task An_engine_that_hangs_up_does_not_answer()
    {
        using var socket = SocketFile.Listen(RunDirectory.SocketOf("leaving"));
        const int Questions = 200;
        var hangingUp = HangUpAsync();
        // It hangs up before the question, in it or after it: which, only chance says.
        for (var i = 0; i < Questions; i++)
            Assert.Equal(ControlFailure.NotAnswering, (await FailAsync("leaving", Long)).Failure);
        await hangingUp;
        File.Delete(RunDirectory.SocketOf("leaving"));

        async Task HangUpAsync()
        {
            for (var i = 0; i < Questions; i++) (await socket.AcceptAsync(Cancel)).Dispose();
        }
    }

    [Fact]
    public async Task A_second_engine_of_the_same_name_is_refused()
    {
        await using var server = Open("hf0", Pong);
        var error = Assert.Throws<LinuxException>(() => Open("hf0", Pong));
        Assert.Equal(Errno.EADDRINUSE, error.Errno);
        Assert.True((await ControlClient.AskAsync("hf0", Ping, Long, Cancel)).Ok);
    }

    // The mode alone keeps strangers out; were it opened up, the server still asks the kernel who is there.
    [Theory, InlineData(false, ""), InlineData(true, "not_permitted")]
    public async Task Another_user_is_refused(bool openedUp, string code)
    {
        Assert.True(Privileges.EffectiveUserId == 0, "This test asks as the user nobody, which needs root.");
        await using var server = Open("hf0", Pong);
        if (openedUp) File.SetUnixFileMode(server.Path, (UnixFileMode)0b110_110_110);
        var output = await AskAsNobodyAsync(server.Path);
        if (openedUp) Assert.Contains($"\"code\":\"{code}\"", output, StringComparison.Ordinal);
        else Assert.Equal("Permission denied", output);
    }

    [Theory]
    [InlineData("garbage"), InlineData("{}"), InlineData("[]"), InlineData("null"), InlineData("")]
    [InlineData("{\"verb\":7}")]
    [InlineData("{\"verb\":\"ping\""), InlineData("\0"), InlineData("{\"verb\":\"ping\"}{}")]
    [InlineData("{\"verb\":null}")]
    public async Task What_is_no_request_is_told_so_and_the_connection_goes_on(string line)
    {
        await using var server = Open("hf0", Pong);
        using var client = LocalClient.Connect(server.Path);
        await client.SendAsync(line + "\n{\"verb\":\"ping\"}\n");
        Assert.Contains("bad_request", await client.ReadUntilAsync("\n"), StringComparison.Ordinal);
        Assert.Equal("{\"ok\":true}\n", await client.ReadUntilAsync("\n"));
    }

    [Fact]
    public async Task An_endless_request_is_refused()
    {
        await using var server = Open("hf0", Pong);
        using var client = LocalClient.Connect(server.Path);
        await client.SendAsync(new string(' ', EngineLimits.RequestLineBytes + 1));
        Assert.Contains("too long", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Noise_gets_no_further_than_its_own_connection()
    {
        var seed = (ulong)Random.Shared.NextInt64();
        var random = new SimRandom(seed);
        await using var server = Open("hf0", Pong);
        for (var round = 0; round < 200; round++)
        {
            using var client = LocalClient.Connect(server.Path);
            var noise = new byte[random.Next(500)];
            random.Fill(noise);
            await client.SendAsync(noise);
            client.EndSending();
            await client.ReadToEndAsync();
        }
        Assert.True((await ControlClient.AskAsync("hf0", Ping, Long, Cancel)).Ok, $"seed {seed}");
    }

    [Fact]
    public async Task A_slow_client_is_cut_off_and_a_quick_one_served()
    {
        await using var server = ControlServer.Open("hf0", Pong, new EventRing(), Short, Long, NullLogger.Instance);
        using var slow = LocalClient.Connect(server.Path);
        await slow.SendAsync("{\"verb\":");
        Assert.Equal("", await slow.ReadToEndAsync());
        Assert.True((await ControlClient.AskAsync("hf0", Ping, Long, Cancel)).Ok);
    }

    [Fact]
    public async Task A_client_that_takes_no_answer_is_cut_off()
    {
        var large = new ControlReply { Ok = true, Error = new string('x', 8 << 20) };
        await using var server = ControlServer.Open(
            "hf0", (_, _) => Task.FromResult(large), new EventRing(), Long, Short, NullLogger.Instance);
        using var deaf = LocalClient.Connect(server.Path);
        await deaf.SendAsync("{\"verb\":\"ping\"}\n");
        await server.DisposeAsync(); // waits for what was begun, and that ends at its deadline
        Assert.True((await deaf.ReadToEndAsync()).Length < large.Error.Length);
    }

    [Fact]
    public async Task A_handler_that_hangs_or_throws_is_an_answer()
    {
        var never = new TaskCompletionSource<ControlReply>();
        await using (ControlServer.Open("hf0", (_, _) => never.Task, new EventRing(), Long, Short, NullLogger.Instance))
            Assert.Equal(ControlCodes.Timeout, (await ControlClient.AskAsync("hf0", Ping, Long, Cancel)).Code);
        await using (Open("hf0", (_, _) => throw new InvalidOperationException("broken")))
        {
            var reply = await ControlClient.AskAsync("hf0", Ping, Long, Cancel);
            Assert.Equal((ControlCodes.Failed, "broken"), (reply.Code!, reply.Error!));
        }
    }

    [Fact]
    public async Task The_last_request_is_answered_before_the_server_goes()
    {
        var begun = new TaskCompletionSource();
        var answer = new TaskCompletionSource<ControlReply>();
        var server = Open("hf0", (_, _) =>
        {
            begun.SetResult();
            return answer.Task;
        });
        var asking = ControlClient.AskAsync("hf0", Ping, Long, Cancel);
        await begun.Task.WaitAsync(Cancel);
        var closing = server.DisposeAsync();
        Assert.False(File.Exists(server.Path));
        answer.SetResult(new ControlReply { Ok = true });
        Assert.True((await asking).Ok);
        await closing;
        Assert.DoesNotContain("hf0", RunDirectory.Tunnels());
    }

    private static Task<ControlReply> Pong(ControlRequest request, CancellationToken cancel) =>
        Task.FromResult(new ControlReply { Ok = request.Verb == ControlVerbs.Ping });

    private static ControlServer Open(
        string name, Func<ControlRequest, CancellationToken, Task<ControlReply>> handler) =>
        ControlServer.Open(name, handler, new EventRing(), NullLogger.Instance);

    private static Task<ControlException> FailAsync(string name, TimeSpan deadline) =>
        Assert.ThrowsAsync<ControlException>(() => ControlClient.AskAsync(name, Ping, deadline, Cancel));

    private static async Task<string> AskAsNobodyAsync(string path)
    {
        const string Script = """
            use IO::Socket::UNIX;
            my $s = IO::Socket::UNIX->new($ARGV[0]) or do { print $!; exit };
            print $s "{\"verb\":\"ping\"}\n"; print scalar <$s>;
            """;
        var start = new ProcessStartInfo("setpriv") { RedirectStandardOutput = true };
        string[] words = ["--reuid=65534", "--regid=65534", "--clear-groups", "perl", "-e", Script, path];
        foreach (var word in words) start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return output.Trim();
    }
}
