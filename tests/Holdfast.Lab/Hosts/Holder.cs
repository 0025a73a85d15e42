using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Labs;

/// <summary>
/// The process that holds a host's namespaces open: the first one in its PID namespace, so that everything in the
/// host dies with it. It reads from a pipe that this process alone can write to: when this process ends, however it
/// ends, the pipe closes, the holder ends, and the host is gone.
/// </summary>
internal sealed class Holder : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    // The process id is read before /proc shows the namespace's own numbers. Orphans in the host become the holder's
    // children; ignoring SIGCHLD reaps them.
    internal const string Script = """
        read -r pid rest < /proc/self/stat
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mount -t tmpfs -o mode=755 tmpfs /mnt
        mkdir /mnt/changes /mnt/scratch
        mount -t overlay -o lowerdir=/etc,upperdir=/mnt/changes,workdir=/mnt/scratch overlay /etc
        umount /mnt
        mount -t tmpfs -o mode=755 tmpfs /run
        mount -t tmpfs -o mode=755 tmpfs /var/lib
        mkdir /run/lock
        hostname "$1"
        ip link set lo up
        echo "$pid"
        exec env --ignore-signal=CHLD cat
        """;

    private readonly Process _unshare;

    private Holder(Process unshare, int pid)
    {
        _unshare = unshare;
        Pid = pid;
    }

    /// <summary>Process id of the holder itself, by which the namespaces are found in /proc.</summary>
    public int Pid { get; }

    public static async Task<Holder> Start(string name, string labId)
    {
        var start = new ProcessStartInfo("unshare")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child=KILL", "sh", "-ec", Script, labId, name,
            },
        };
        start.Environment[Lab.Variable] = labId;
        start.Environment["PATH"] = string.Join(':', LabRequirements.Directories());
        var unshare = Process.Start(start)!;
        try
        {
            using var deadline = new CancellationTokenSource(Deadline);
            var answer = await unshare.StandardOutput.ReadLineAsync(deadline.Token)
                ?? throw new LabException(
                    $"host {name} can't be made: {await unshare.StandardError.ReadToEndAsync(deadline.Token)}");
            return new Holder(unshare, int.Parse(answer, CultureInfo.InvariantCulture));
        }
        catch
        {
            unshare.Kill();
            unshare.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _unshare.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await _unshare.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _unshare.Kill();
            throw new LabException($"the holder {Pid} did not end when its pipe was closed; it was killed");
        }
        finally
        {
            _unshare.Dispose();
        }
    }
}
