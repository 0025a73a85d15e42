using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>Draws a lab and lets it stand until it is told to stop.</summary>
internal static class Drawing
{
    public static async Task Stand(string[] drawing, CancellationToken stop)
    {
        await using var lab = await Lab.Draw(new LabOptions { Name = "draw" }, drawing);
        foreach (var host in lab.Hosts)
            Report.Print(new { Host = host.Name, Enter = $"nsenter -t {host.HolderPid} -n -m -u -p" });
        Report.Print(new { Ready = lab.Id });
        await Task.Delay(Timeout.Infinite, stop);
    }
}
