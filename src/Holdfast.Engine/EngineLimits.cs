namespace Holdfast.Engine;

/// <summary>Bounds of the engine, each with its reason.</summary>
internal static class EngineLimits
{
    /// <summary>Datagrams of one system call, and packets of the device between two looks at the sockets.</summary>
    internal const int DatagramsAtOnce = 64;

    /// <summary>Room for the datagrams of one send: 64 of the usual size, or a few of the largest.</summary>
    internal const int SendBatchBytes = 256 << 10;

    /// <summary>Room for a datagram that is sent a second time, in units of 2 KiB: one of the largest.</summary>
    internal const int DatagramsAgain = 32;

    /// <summary>Asked for each socket: what a burst at several Gbit/s fills while this thread does something else.</summary>
    internal const int SocketBufferBytes = 4 << 20;

    /// <summary>How long the device is left alone because one socket is full, and how long a socket counts as in use after its
    /// last datagram: long enough that an inner TCP slows down by its own queue, short enough that a dead uplink of one family
    /// does not stop the other. Beyond it, what the full socket can't take is dropped by name.</summary>
    internal static readonly TimeSpan LanePatience = TimeSpan.FromSeconds(1);

    /// <summary>Batches that one direction handles in one turn before the other gets its own.</summary>
    internal const int BatchesPerTurn = 4;

    /// <summary>Commands that wait for the engine's thread; who posts more waits.</summary>
    internal const int MailboxCommands = 1024;

    /// <summary>Peers greeted at once when an engine starts; the rest follow at <see cref="GreetingInterval"/>.</summary>
    internal const int GreetingBurst = 64;

    /// <summary>Time between two further bursts: 10,000 peers are greeted in 16 seconds.</summary>
    internal static readonly TimeSpan GreetingInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Peers that are shown at once: more are shown page by page, with packets in between.</summary>
    internal const int PeersAtOnce = 256;

    /// <summary>Changes of state that wait for the disk.</summary>
    internal const int StateWrites = 16384;

    /// <summary>Bytes of a control request or of a line of WireGuard's userspace interface.</summary>
    internal const int RequestLineBytes = 64 << 10;

    /// <summary>Clients served at once on one control socket.</summary>
    internal const int ControlClients = 64;

    /// <summary>Bytes of one change by <c>wg</c>: a million peers with a few prefixes each.</summary>
    internal const int ChangeRequestBytes = 512 << 20;

    /// <summary>Connections that wait to be accepted on a control socket.</summary>
    internal const int ControlBacklog = 64;

    /// <summary>How long a client may stay silent between two requests; then it makes room for others.</summary>
    internal static readonly TimeSpan ClientIdle = TimeSpan.FromMinutes(1);

    /// <summary>From a request's first line to the last byte of its answer; then the client is cut off.</summary>
    internal static readonly TimeSpan RequestDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Pause after accepting a client failed: descriptors may have run out.</summary>
    internal static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(200);
}
