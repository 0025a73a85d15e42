using System.IO.Pipes;
using Holdfast.Linux;
using Holdfast.Linux.Processes;

namespace Holdfast.Tests.Linux;

public sealed class ProcessesTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("holdfast-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static DetachedOptions Shell(string script) =>
        new() { Path = "/bin/sh", Arguments = ["sh", "-c", script] };

    [Fact]
    public void It_stands_in_a_session_of_its_own_with_nothing_of_ours()
    {
        var log = Path.Combine(_directory, "log");
        var script = "cut -d' ' -f1,6 /proc/$$/stat; ls -l /proc/$$/fd; grep Sig.[lg] /proc/$$/status; echo err >&2";
        using var process = ProcessHandle.Open(DetachedProcess.Start(Shell(script) with { LogPath = log }))!;
        Assert.True(process.Wait(Deadline));
        Assert.Equal(0, process.Reap());
        var lines = File.ReadAllLines(log);
        var text = string.Join('\n', lines);
        Assert.Equal($"{process.Id} {process.Id}", lines[0]);
        Assert.Contains("0 -> /dev/null", text, StringComparison.Ordinal);
        Assert.Contains($"1 -> {log}", text, StringComparison.Ordinal);
        Assert.Contains($"2 -> {log}", text, StringComparison.Ordinal);
        Assert.Equal(3, lines.Count(line => line.Contains(" -> ", StringComparison.Ordinal)));
        Assert.Contains("SigBlk:\t0000000000000000", text, StringComparison.Ordinal);
        // 32 and 33 are glibc's own, and posix_spawn leaves them ignored.
        var ignored = lines.Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:\t".Length..];
        Assert.Equal(0UL, Convert.ToUInt64(ignored, 16) & ~(3UL << 31));
        Assert.Equal("err", lines[^1]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log));
    }

    [Fact]
    public void It_reports_through_the_descriptor_that_it_inherits()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        var options = Shell("echo ready $NAME >&3") with
        {
            InheritedFd = (int)pipe.ClientSafePipeHandle.DangerousGetHandle(),
            Environment = new Dictionary<string, string> { ["NAME"] = "hf0" },
        };
        using var process = ProcessHandle.Open(DetachedProcess.Start(options))!;
        // The reader sees the end when the last writer is gone: ours here, its own at exit.
        pipe.DisposeLocalCopyOfClientHandle();
        Assert.Equal("ready hf0\n", new StreamReader(pipe).ReadToEnd());
        Assert.True(process.Wait(Deadline));
        Assert.Equal(0, process.Reap());
    }

    [Fact]
    public void A_signal_ends_it_and_says_so()
    {
        using var process = ProcessHandle.Open(DetachedProcess.Start(Shell("exec sleep 1000")))!;
        Assert.False(process.HasExited);
        Assert.Null(process.Reap());
        Assert.False(process.Wait(TimeSpan.FromMilliseconds(1)));
        Assert.True(process.Signal(ProcessHandle.Terminate));
        Assert.True(process.Wait(Deadline));
        Assert.Equal(128 + ProcessHandle.Terminate, process.Reap());
        Assert.False(process.Signal(ProcessHandle.Kill));
        Assert.Null(process.Reap());
        Assert.Null(ProcessHandle.Open(process.Id));
    }

    [Fact]
    public void An_exit_code_is_kept_until_it_is_taken()
    {
        using var process = ProcessHandle.Open(DetachedProcess.Start(Shell("exit 7")))!;
        Assert.True(process.Wait(Deadline));
        Assert.Equal(7, process.Reap());
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        var options = new DetachedOptions { Path = "/no/such/program", Arguments = ["x"] };
        var error = Assert.Throws<LinuxException>(() => DetachedProcess.Start(options));
        Assert.Equal("start /no/such/program: No such file or directory (ENOENT)", error.Message);
        error = Assert.Throws<LinuxException>(() => DetachedProcess.Start(Shell("true") with { LogPath = "/no/dir/log" }));
        Assert.Equal(Errno.ENOENT, error.Errno);
    }
}
