namespace Holdfast.Protocol.Paths;

/// <summary>Bounds and times of paths. Where no origin is given they are ours.</summary>
public static class PathLimits
{
    /// <summary>Paths to one peer: what four bits of a receiver index can name.</summary>
    public const int Paths = 16;

    /// <summary>Places in a second that become paths because a peer was heard from there.</summary>
    public const int LearnedPerSecond = 3;

    /// <summary>How often one datagram is sent by another path.</summary>
    public const int SentAgainTimes = 3;

    /// <summary>Messages of an acknowledgement that were acknowledged before; the rest of it is not read.</summary>
    public const int AcknowledgedBefore = 8192;

    /// <summary>Addresses of one peer that are kept as the far ends of paths.</summary>
    public const int Endpoints = 16;

    /// <summary>Width of the replay window once a peer has two paths: a second's reordering at 130,000 packets a second.</summary>
    public const int ReplayWindowBits = 131_072;

    /// <summary>Sealed datagrams kept for a path's failure, all peers of a tunnel together, in bytes.</summary>
    public const int SentBytes = 16 << 20;

    /// <summary>Datagrams of one session of which it is known when and by which path they went.</summary>
    public const int SentPackets = 1 << 16;

    /// <summary>How long an acknowledgement of data waits for more data to acknowledge.</summary>
    public static readonly TimeSpan AcknowledgementDelay = TimeSpan.FromMilliseconds(10);

    /// <summary>Packets that are acknowledged at once when so many have come.</summary>
    public const int PacketsPerAcknowledgement = 64;

    /// <summary>Time between probes of an address that has not answered yet.</summary>
    public static readonly TimeSpan UnprovedProbe = TimeSpan.FromMilliseconds(334);

    /// <summary>Probes of such an address before they become rarer, twice as far apart each time.</summary>
    public const int UnprovedProbes = 6;

    /// <summary>Time between probes of a path that carries.</summary>
    public static readonly TimeSpan CarryingProbe = TimeSpan.FromSeconds(1);

    /// <summary>Time between probes of a path without data; it keeps most NATs' mappings (RFC 4787 REQ-5 asks for two minutes, what
    /// is sold has 30 s).</summary>
    public static readonly TimeSpan IdleProbe = TimeSpan.FromSeconds(25);

    /// <summary>The same for one that is metered.</summary>
    public static readonly TimeSpan MeteredProbe = TimeSpan.FromSeconds(120);

    /// <summary>How long a path counts as carrying after its last data.</summary>
    public static readonly TimeSpan CarriesFor = TimeSpan.FromSeconds(10);

    /// <summary>Time between probes of a path in doubt.</summary>
    public static readonly TimeSpan DoubtedProbe = TimeSpan.FromMilliseconds(100);

    /// <summary>Probes in a row without answer that make a path go down.</summary>
    public const int UnansweredProbes = 3;

    /// <summary>Answers in a row that bring a path back that was down or in doubt.</summary>
    public const int AnswersToComeBack = 2;

    /// <summary>How long a path that came back must work before it is preferred to the one in use; doubled for each time that it
    /// fails again, up to <see cref="LongestHoldDown"/>.</summary>
    public static readonly TimeSpan HoldDown = TimeSpan.FromSeconds(5);

    /// <summary>The longest hold-down.</summary>
    public static readonly TimeSpan LongestHoldDown = TimeSpan.FromMinutes(5);

    /// <summary>A path that has worked for this long is not called flapping any more.</summary>
    public static readonly TimeSpan ForgivenAfter = TimeSpan.FromMinutes(10);

    /// <summary>A path of the same rank is preferred to the one in use if its round trip is less than half, and by so much.</summary>
    public static readonly TimeSpan ClearlyBetter = TimeSpan.FromMilliseconds(20);

    /// <summary>What was sent longer ago is not sent again: a TCP inside has done it, and a call has no use for it.</summary>
    public static readonly TimeSpan SentAgainFor = TimeSpan.FromSeconds(2);

    /// <summary>Counters that an acknowledgement covers besides what is new, in case the last one was lost.</summary>
    public const ulong AcknowledgedAgain = 256;

    /// <summary>A session in which the other end has not agreed on paths after this time is a plain one: longer than unanswered data
    /// waits for a new handshake, which then goes by all paths.</summary>
    public static readonly TimeSpan AgreementPatience = TimeSpan.FromSeconds(20);

    /// <summary>Handshakes of late that can be answered once more, byte for byte, when a copy comes by another path.</summary>
    public const int RecentResponses = 64;

    /// <summary>For how long.</summary>
    public static readonly TimeSpan ResponseAgain = TimeSpan.FromSeconds(5);

    /// <summary>How often one response is sent in all.</summary>
    public const int ResponseCopies = 16;
}
