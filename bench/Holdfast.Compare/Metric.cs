namespace Holdfast.Comparing;

/// <summary>Something that is measured of everybody in every round.</summary>
/// <param name="Name">What, for people.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Key">Its name in the file.</param>
/// <param name="Decimals">Digits behind the point that mean something.</param>
internal sealed record Metric(string Name, string Unit, string Key, int Decimals)
{
    public static readonly Metric OneStream = new("TCP, one stream", "Mbit/s", "tcp1_mbit_per_s", 0);
    public static readonly Metric FourStreams = new("TCP, four streams", "Mbit/s", "tcp4_mbit_per_s", 0);
    public static readonly Metric BothWays = new("TCP, four streams, both ways", "Mbit/s", "tcp4_both_mbit_per_s", 0);
    public static readonly Metric PlainWire = new("TCP, one stream, plain wire", "Mbit/s", "tcp1_plain_mbit_per_s", 0);
    public static readonly Metric PlainWireCpu = new("CPU of both ends, plain wire", "s/GB", "cpu_plain_s_per_gb", 2);
    public static readonly Metric Cpu = new("CPU of both ends", "s/GB", "cpu_s_per_gb", 2);
    public static readonly Metric SmallPackets = new("UDP of 64 bytes", "packets/s", "udp64_per_s", 0);
    public static readonly Metric BigPackets = new("UDP of 1,300 bytes", "packets/s", "udp1300_per_s", 0);
    public static readonly Metric PingMean = new("ping, mean", "us", "ping_mean_us", 0);
    public static readonly Metric Ping99 = new("ping, 99th of 100", "us", "ping_p99_us", 0);
    public static readonly Metric LoadedPingMean = new("ping under load, mean", "us", "ping_loaded_mean_us", 0);
    public static readonly Metric LoadedPing99 = new("ping under load, 99th of 100", "us", "ping_loaded_p99_us", 0);
    public static readonly Metric IdleMemory = new("memory, idle", "MiB", "memory_idle_mib", 1);
    public static readonly Metric LoadedMemory = new("memory, loaded", "MiB", "memory_loaded_mib", 1);
    public static readonly Metric FarRestart = new("restart of the far end", "s", "restart_far_s", 2);
    public static readonly Metric NearRestart = new("restart of the near end", "s", "restart_near_s", 2);

    /// <summary>All, in the order in which people read them.</summary>
    public static readonly IReadOnlyList<Metric> All =
    [
        OneStream, Cpu, FourStreams, BothWays, PlainWire, PlainWireCpu, SmallPackets, BigPackets, PingMean, Ping99,
        LoadedPingMean, LoadedPing99, IdleMemory, LoadedMemory, FarRestart, NearRestart,
    ];
}
