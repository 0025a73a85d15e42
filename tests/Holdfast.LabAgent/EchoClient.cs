using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>
/// A TCP session that lives as long as TCP lets it: sends numbered lines, checks that they come back in order, and
/// prints how it goes.
/// </summary>
internal sealed class EchoClient
{
    public static readonly TimeSpan UsualInterval = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    // Longer without an echo, and lines are kept back, so that a long cut does not pile up work for afterwards.
    private const int MostUnanswered = 2_000;

    private readonly Stopwatch _sinceEcho = Stopwatch.StartNew();
    private long _sent, _echoed;
    private TimeSpan _longestGap;

    public static async Task Run(string address, int port, TimeSpan interval, CancellationToken stop)
    {
        using var connection = new TcpClient(address, port) { NoDelay = true };
        var client = new EchoClient();
        string? error = null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            Task[] tasks =
            [
                client.Send(connection.GetStream(), interval, either.Token),
                client.Check(connection.GetStream(), either.Token),
                client.PrintProgress(either.Token),
            ];
            await await Task.WhenAny(tasks);
        }
        catch (IOException e)
        {
            error = e.Message;
        }
        finally
        {
            await either.CancelAsync();
            client.Print(error);
        }
        if (error is not null)
            throw new LabException($"the session broke: {error}");
    }

    private async Task Send(NetworkStream stream, TimeSpan interval, CancellationToken stop)
    {
        await using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n", AutoFlush = true };
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(stop))
        {
            if (_sent - Interlocked.Read(ref _echoed) < MostUnanswered)
                await writer.WriteLineAsync((_sent++).ToString(CultureInfo.InvariantCulture).AsMemory(), stop);
        }
    }

    private async Task Check(NetworkStream stream, CancellationToken stop)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        for (var expected = 0L; ; expected++)
        {
            var line = await reader.ReadLineAsync(stop) ?? throw new IOException("the far end closed the connection");
            if (line != expected.ToString(CultureInfo.InvariantCulture))
                throw new IOException($"line {expected} came back as \"{line}\"");
            lock (_sinceEcho)
            {
                _longestGap = Gap();
                _sinceEcho.Restart();
            }
            Interlocked.Increment(ref _echoed);
        }
    }

    private async Task PrintProgress(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(ReportInterval);
        do
            Print(error: null);
        while (await timer.WaitForNextTickAsync(stop));
    }

    private void Print(string? error)
    {
        lock (_sinceEcho)
            Report.Print(new EchoProgress(Interlocked.Read(ref _echoed), Gap().TotalMilliseconds, error));
    }

    private TimeSpan Gap() => _sinceEcho.Elapsed > _longestGap ? _sinceEcho.Elapsed : _longestGap;
}
