using System.Globalization;
using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>What a process has used, from /proc (proc(5)).</summary>
internal static class ProcessUse
{
    // USER_HZ, which is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Processor time of all its threads so far.</summary>
    public static async Task<TimeSpan> Cpu(HostProcess process)
    {
        var stat = await File.ReadAllTextAsync($"/proc/{await process.Pid()}/stat");
        // The name, the second field, may contain anything; what follows its bracket begins with the third.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = fields[11..13].Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>Processor time of several.</summary>
    public static async Task<TimeSpan> Cpu(IEnumerable<HostProcess> processes)
        => (await Task.WhenAll(processes.Select(Cpu))).Aggregate(TimeSpan.Zero, (sum, time) => sum + time);

    /// <summary>Resident memory of the bigger one, in MiB.</summary>
    public static async Task<double> Memory(IEnumerable<HostProcess> processes)
        => (await Task.WhenAll(processes.Select(Memory))).DefaultIfEmpty().Max();

    private static async Task<double> Memory(HostProcess process)
    {
        var lines = await File.ReadAllLinesAsync($"/proc/{await process.Pid()}/status");
        var resident = lines.First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kibibytes = resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) / 1024.0;
    }
}
