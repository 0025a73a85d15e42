using System.Net;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>
/// Many TCP sessions with one echo server, with different habits, each of which lives as long as TCP lets it. Told to stop, each sends
/// a last line and waits until all that it sent is back.
/// </summary>
internal static class Sessions
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(250);

    public static async Task Run(IPEndPoint server, int count, CancellationToken stop)
    {
        var sessions = new List<Session>();
        try
        {
            for (var number = 0; number < count; number++)
                sessions.Add(await Session.Open(server, number, stop));
            var all = Task.WhenAll(sessions.Select(s => s.Run(stop)));
            while (!all.IsCompleted)
            {
                Print(sessions);
                await Task.WhenAny(all, Task.Delay(ReportInterval, CancellationToken.None));
            }
            await all;
            Print(sessions);
        }
        finally
        {
            sessions.ForEach(s => s.Dispose());
        }
        if (sessions.Find(s => s.Progress.Error is not null) is { Progress: var broken })
            throw new LabException($"session {broken.Number} broke: {broken.Error}");
    }

    private static void Print(List<Session> sessions) => Report.Print(new SessionsProgress([.. sessions.Select(s => s.Progress)]));
}
