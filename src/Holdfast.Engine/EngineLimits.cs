namespace Holdfast.Engine;

/// <summary>Bounds of the engine, each with its reason.</summary>
internal static class EngineLimits
{
    /// <summary>Messages of one system call: datagrams, or runs of them. Each has room for the largest run, 1 MiB in all: with 32, datagrams of 64
    /// and 1,300 bytes came no faster.</summary>
    internal const int DatagramsAtOnce = 16;

    /// <summary>Room for the datagrams of one send: 64 of the usual size, or a few of the largest.</summary>
    internal const int SendBatchBytes = 256 << 10;

    /// <summary>Messages in one send: datagrams, or runs of them; room for a super-packet beyond a usual batch.</summary>
    internal const int MessagesInSendBatch = 128;

    /// <summary>Datagrams that the largest super-packet of the host becomes at usual sizes: 64 KiB in segments of 1,368
    /// bytes.</summary>
    internal const int SuperPacketDatagrams = 48;

    /// <summary>Room for them, down to segments of 536 bytes (RFC 9293 section 3.7.1) with their headers.</summary>
    internal const int SuperPacketRoom = 80 << 10;

    /// <summary>Asked for each socket: what a burst at several Gbit/s fills while this thread does something else.</summary>
    internal const int SocketBufferBytes = 4 << 20;

    /// <summary>Packets of the device that are handled in one turn before the other direction gets its own: a few of the host's
    /// super-packets.</summary>
    internal const int OutboundShare = 256;

    /// <summary>Datagrams of a socket that are handled in one turn before the other direction gets its own.</summary>
    internal const int InboundShare = 256;

    /// <summary>Batches of a socket's errors that are read in one turn: as many as datagrams.</summary>
    internal const int ErrorBatches = 16;

    /// <summary>Shares that are handled of an uplink's own socket before it is closed: more than its buffer holds of usual
    /// datagrams.</summary>
    internal const int LastInboundShares = 64;

    /// <summary>Uplinks with sockets of their own, as many as a peer may have paths.</summary>
    internal const int Uplinks = 16;

    /// <summary>What comes (an address, a route, a carrier) gets this long to be complete before tunnels hear of it; a loss gets
    /// no time.</summary>
    internal static readonly TimeSpan UplinkSettling = TimeSpan.FromMilliseconds(100);

    /// <summary>How long an uplink that was lost twice stays up before it is used again while others lead where it does: longer than
    /// a modem's reset flaps. Doubled with each further loss. A first return is used at once.</summary>
    internal static readonly TimeSpan HoldDown = TimeSpan.FromSeconds(2);

    /// <summary>The longest hold-down: a plug that is loose for a day costs a peer one change a minute.</summary>
    internal static readonly TimeSpan LongestHoldDown = TimeSpan.FromMinutes(1);

    /// <summary>What has stayed for this long is not called flapping any more.</summary>
    internal static readonly TimeSpan FlapForgivenAfter = TimeSpan.FromMinutes(5);

    /// <summary>How often uplinks are asked for their carrier while a tunnel carries: leaves half of the 50 ms that a pulled wire may
    /// cost.</summary>
    internal static readonly TimeSpan CarrierProbe = TimeSpan.FromMilliseconds(20);

    /// <summary>And while none does.</summary>
    internal static readonly TimeSpan CarrierProbeIdle = TimeSpan.FromMilliseconds(500);

    /// <summary>A tunnel carries this long after its last packet or datagram.</summary>
    internal static readonly TimeSpan Busy = TimeSpan.FromSeconds(1);

    /// <summary>Uplinks are looked at this often also without an event: settings of the kernel have none. Also the pause after the
    /// kernel refused a look.</summary>
    internal static readonly TimeSpan UplinkRecheck = TimeSpan.FromMinutes(1);

    /// <summary>How long the device is left alone because one socket is full, and how long a socket counts as in use after its
    /// last datagram: long enough that an inner TCP slows down by its own queue, short enough that a dead uplink of one family
    /// does not stop the other. Beyond it, what the full socket can't take is dropped by name.</summary>
    internal static readonly TimeSpan LanePatience = TimeSpan.FromSeconds(1);

    /// <summary>Between the bursts of a warm-up, which leaves most of a processor to others.</summary>
    internal static readonly TimeSpan WarmUpPause = TimeSpan.FromMilliseconds(5);

    /// <summary>Warm when nothing was compiled for so many bursts that came through, half a second where the processor is free. The
    /// runtime looks for what is called often every 100 ms, twice for each method: once to count how it is used.</summary>
    internal const int WarmUpQuietBursts = 80;

    /// <summary>As many bursts at the start: what is called often is first found some time after it.</summary>
    internal const int WarmUpLeastBursts = 200;

    /// <summary>The end of a warm-up that is never quiet.</summary>
    internal const int WarmUpMostBursts = 1_000;

    /// <summary>Processor time of the process that a warm-up may take. It takes 0.7 s of a fast one; a slow one has better things to do, and
    /// compiles later what it needs often.</summary>
    internal static readonly TimeSpan WarmUpProcessorTime = TimeSpan.FromSeconds(5);

    /// <summary>The end of one that carries nothing, or hardly anything because others have the processor.</summary>
    internal static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of objects up to which a full collection stops everybody for about a millisecond.</summary>
    internal const long SmallHeap = 16 << 20;

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

    /// <summary>Events that an engine keeps for `holdfast log`, about a megabyte; the oldest go first.</summary>
    internal const int Events = 2048;

    /// <summary>Characters that are kept of a value or text of an event.</summary>
    internal const int EventText = 1000;

    /// <summary>Events of one peer in <see cref="EventSpan"/>: all of its 16 paths down and up again, with room for more.</summary>
    internal const int EventsOfPeer = 60;

    /// <summary>Events of all peers of a tunnel in <see cref="EventSpan"/>: together they take some minutes to push out what else
    /// happened.</summary>
    internal const int EventsOfPeers = 300;

    /// <summary>Changes of uplinks that are told in <see cref="EventSpan"/>.</summary>
    internal const int EventsOfUplinks = 60;

    /// <summary>The time in which events are counted against these bounds.</summary>
    internal static readonly TimeSpan EventSpan = TimeSpan.FromMinutes(1);

    /// <summary>How long a question for events waits for the next one, within <see cref="RequestDeadline"/>.</summary>
    internal static readonly TimeSpan EventPatience = TimeSpan.FromSeconds(15);

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
