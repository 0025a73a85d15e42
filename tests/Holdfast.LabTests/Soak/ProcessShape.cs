using System.Globalization;

namespace Holdfast.LabTests.Soak;

/// <summary>What a process holds, as the kernel counts it.</summary>
/// <param name="Descriptors">Open descriptors, but for those of its own executable: the runtime opens that again for
/// each assembly inside, when it is first needed, and keeps it.</param>
/// <param name="Threads">Threads.</param>
/// <param name="ResidentBytes">Bytes of memory in use.</param>
/// <param name="Open">What the descriptors are, and how many of each.</param>
internal sealed record ProcessShape(int Descriptors, int Threads, long ResidentBytes, string Open)
{
    /// <summary>Looks at a process.</summary>
    /// <param name="pid">Its id as this process sees it.</param>
    public static ProcessShape Of(int pid)
    {
        var fields = File.ReadLines($"/proc/{pid}/status").Select(l => l.Split(':', 2))
            .ToDictionary(f => f[0], f => f[1].Trim().Split(' ')[0]);
        var own = new FileInfo($"/proc/{pid}/exe").LinkTarget;
        var open = Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(KindOf).OfType<string>()
            .Where(k => k != own).ToList();
        return new ProcessShape(open.Count,
            int.Parse(fields["Threads"], CultureInfo.InvariantCulture),
            long.Parse(fields["VmRSS"], CultureInfo.InvariantCulture) * 1024,
            string.Join(", ", open.CountBy(k => k).OrderBy(k => k.Key, StringComparer.Ordinal)
                .Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Value} {k.Key}"))));
    }

    /// <summary>Waits until a process holds no more than before. Threads of the pool and clients that are just being
    /// served go within half a minute of rest.</summary>
    public static async Task<ProcessShape> IsAgain(int pid, ProcessShape before)
        => await Eventually.Gives(() => Task.FromResult(Of(pid)),
            now => now.Descriptors <= before.Descriptors && now.Threads <= before.Threads, TimeSpan.FromSeconds(60),
            $"process {pid} to hold no more than {before}");

    // "socket:[123]" and "/memfd:name (deleted)": the number tells nothing. A descriptor may be closed while we look.
    private static string? KindOf(string descriptor) => new FileInfo(descriptor).LinkTarget?.Split(":[")[0];
}
