namespace Holdfast.Labs;

/// <summary>What iperf3 shall measure.</summary>
public sealed record IperfOptions
{
    /// <summary>How long it sends; rounded up to whole seconds, it knows no others.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Streams at once.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>UDP at this many bits per second (of payload); null is TCP.</summary>
    public long? UdpRate { get; init; }

    /// <summary>Bytes of a UDP datagram or of a write; null is iperf3's own.</summary>
    public int? Length { get; init; }

    /// <summary>The server sends to the client.</summary>
    public bool Reverse { get; init; }

    /// <summary>The server's port.</summary>
    public int Port { get; init; } = 5201;

    /// <summary>What runs iperf3 at both ends, such as mptcpize run; empty is nothing in between.</summary>
    public IReadOnlyList<string> RunBy { get; init; } = [];

    /// <summary>Further options of the client.</summary>
    public IReadOnlyList<string> More { get; init; } = [];
}
