using System.Globalization;
using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>What a process has used, from /proc (proc(5)).</summary>
internal static class ProcessUse
{
    // USER_HZ, which is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    // What a program that rests still spends of a processor, and how long it is looked at.
    private const double Resting = .03;
    private static readonly TimeSpan RestInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RestPatience = TimeSpan.FromSeconds(40);

    /// <summary>Processor time of all its threads so far.</summary>
    public static TimeSpan Cpu(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        // The name, the second field, may contain anything; what follows its bracket begins with the third.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = fields[11..13].Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>Processor time of several.</summary>
    public static async Task<TimeSpan> Cpu(IEnumerable<HostProcess> processes)
        => (await Task.WhenAll(processes.Select(p => p.Pid()))).Select(Cpu).Aggregate(TimeSpan.Zero, (sum, time) => sum + time);

    /// <summary>Waits until what programs do after their start is done, or they show that they never rest.</summary>
    /// <param name="cpu">The processor time of all of them so far.</param>
    public static async Task Rest(Func<Task<TimeSpan>> cpu)
    {
        for (var waited = TimeSpan.Zero; waited < RestPatience; waited += RestInterval)
        {
            var before = await cpu();
            await Task.Delay(RestInterval);
            if (await cpu() - before < Resting * RestInterval) return;
        }
    }

    /// <summary>Resident memory, in KiB.</summary>
    public static double ResidentKibibytes(int pid)
    {
        var resident = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Resident memory of the bigger one, in MiB.</summary>
    public static async Task<double> Memory(IEnumerable<HostProcess> processes)
        => (await Task.WhenAll(processes.Select(p => p.Pid()))).Select(ResidentKibibytes).DefaultIfEmpty().Max() / 1024;
}
