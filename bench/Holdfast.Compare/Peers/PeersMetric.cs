namespace Holdfast.Comparing.Peers;

/// <summary>What is measured of a hub with many peers.</summary>
internal static class PeersMetric
{
    public static readonly Metric Start = new("start", "s", "start_s", 2);
    public static readonly Metric WgShow = new("wg show", "s", "wg_show_s", 2);
    public static readonly Metric Status = new("holdfast status", "s", "status_s", 2);
    public static readonly Metric StatusJson = new("holdfast status --json", "s", "status_json_s", 2);
    public static readonly Metric BaseMemory = new("memory, one peer", "MiB", "memory_base_mib", 1);
    public static readonly Metric PeerMemory = new("memory, a configured peer", "KiB", "memory_peer_kib", 2);
    public static readonly Metric SessionMemory = new("memory, a peer with a session", "KiB", "memory_session_kib", 2);
    public static readonly Metric Idle = new("idle, configured", "% of a core", "idle_percent", 2);
    public static readonly Metric IdleSessions = new("idle, with sessions", "% of a core", "idle_sessions_percent", 2);
    public static readonly Metric Handshakes = new("all handshakes, peers call", "s", "handshakes_s", 2);
    public static readonly Metric Restart = new("start again after kill -9", "s", "restart_s", 2);
    public static readonly Metric Greeting = new("all handshakes, the hub calls", "s", "greeting_s", 2);
    public static readonly Metric OnePeer = new("UDP of 1,300 bytes, one peer", "packets/s", "udp1300_one_peer_per_s", 0);
    public static readonly Metric ManyPeers = new("UDP of 1,300 bytes, 1,000 in turn", "packets/s", "udp1300_1000_peers_per_s", 0);
    public static readonly Metric Stop = new("stop", "s", "stop_s", 2);

    /// <summary>All, in the order in which people read them.</summary>
    public static readonly IReadOnlyList<Metric> All =
    [
        Start, WgShow, Status, StatusJson, BaseMemory, PeerMemory, SessionMemory, Idle, IdleSessions, Handshakes, OnePeer,
        ManyPeers, Restart, Greeting, Stop,
    ];
}
