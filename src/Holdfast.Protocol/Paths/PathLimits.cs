using Holdfast.Protocol.Health;

namespace Holdfast.Protocol.Paths;

/// <summary>Bounds and times of paths. Where no origin is given they are ours.</summary>
public static class PathLimits
{
    /// <summary>Paths to one peer: what four bits of a receiver index can name.</summary>
    public const int Paths = 16;

    /// <summary>Places in a second that become paths because a peer was heard from there.</summary>
    public const int LearnedPerSecond = 3;

    /// <summary>How often one datagram is sent by another path.</summary>
    public const int SentAgainTimes = 8;

    /// <summary>Addresses of one peer that are kept as the far ends of paths.</summary>
    public const int Endpoints = 16;

    /// <summary>Width of the replay window once a peer has two paths: a second's reordering at 130,000 packets a second.</summary>
    public const int ReplayWindowBits = 131_072;

    /// <summary>Sealed datagrams kept for a path's failure, all peers of a tunnel together, in bytes.</summary>
    public const int SentBytes = 16 << 20;

    /// <summary>Sealed datagrams kept while places from which peers were heard are proved, all peers of a tunnel together, in bytes.</summary>
    public const int MovedBytes = 1 << 20;

    /// <summary>Datagrams of one peer of these. They go all at once, and the new place may be behind a slow link.</summary>
    public const int MovedPackets = 128;

    /// <summary>How long is waited for a place to be proved.</summary>
    public static readonly TimeSpan MoveTakes = TimeSpan.FromSeconds(4);

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

    /// <summary>Time between probes of a path of which somebody says that it does not carry.</summary>
    public static readonly TimeSpan HintedProbe = TimeSpan.FromMilliseconds(250);

    /// <summary>Unanswered probes that make a path go down, if the last two are among them. What arrives of data is an answer, too; with a tenth
    /// of all probes lost, a path that has no data goes down by chance once in two thousand probes.</summary>
    public static readonly FlipRule Fails = new(4, Of: 5);

    /// <summary>How often in a row the time is doubled after which data is overdue (RFC 6298 section 5.5).</summary>
    public const int Backoffs = 4;

    /// <summary>Answers that bring a path back that was down or in doubt.</summary>
    public static readonly FlipRule ComesBack = new(2, Of: 2);

    /// <summary>How long a path that came back must work before it is preferred to the one in use; doubled for each time that it
    /// fails again, up to <see cref="LongestHoldDown"/>.</summary>
    public static readonly TimeSpan HoldDown = TimeSpan.FromSeconds(5);

    /// <summary>The longest hold-down.</summary>
    public static readonly TimeSpan LongestHoldDown = TimeSpan.FromMinutes(5);

    /// <summary>A path that has worked for this long is not called flapping any more, nor lossy.</summary>
    public static readonly TimeSpan ForgivenAfter = TimeSpan.FromMinutes(10);

    /// <summary>A path of the same rank is preferred to the one in use if its round trip is less than half, and by so much.</summary>
    public static readonly TimeSpan ClearlyBetter = TimeSpan.FromMilliseconds(20);

    /// <summary>One with a greater weight is preferred to the one in use if its round trip is no more than half as long again, and so much:
    /// less than what makes it clearly worse, so that neither leads and is left in turn.</summary>
    public static readonly TimeSpan Alike = TimeSpan.FromMilliseconds(10);

    /// <summary>The weight of an uplink of which none is told.</summary>
    public const ushort UsualWeight = 100;

    /// <summary>The largest weight.</summary>
    public const ushort MostWeight = 1000;

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

    /// <summary>Acknowledgements in each of which a message is told of, as they may be lost.</summary>
    public const int AcknowledgementsTold = 4;

    /// <summary>Of acknowledgements that go by the fastest path, each so manieth goes by the one that just carried.</summary>
    public const int AcknowledgementsByAll = 4;

    /// <summary>What was sent within this time, or twice as long, makes a path's share of the traffic.</summary>
    public static readonly TimeSpan ShareCounts = TimeSpan.FromSeconds(5);

    // --- paths used at once ------------------------------------------------------------------------------------

    /// <summary>Bytes that may be under way by a path that was never full, at first: what a TCP begins with (RFC 6928).</summary>
    public const long FirstWindow = 16 << 10;

    /// <summary>How many times what it delivers in a round trip may be under way by a path that was never full. A TCP that begins has
    /// twice as much under way, and what it adds is not acknowledged yet.</summary>
    public const int FirstGrowth = 4;

    /// <summary>So much later may a packet arrive by the path that took the one before it: runs are cheaper to send and to receive.</summary>
    public static readonly TimeSpan StaysFor = TimeSpan.FromMicroseconds(250);

    /// <summary>The least that may be under way by any path, in bytes.</summary>
    public const long LeastWindow = 6_000;

    /// <summary>The queue in front of a path that keeps it busy, or a quarter of its round trip if that is more: with it, what is under
    /// way grows in each round trip until the path delivers no more.</summary>
    public static readonly TimeSpan Queue = TimeSpan.FromMilliseconds(10);

    /// <summary>What may be under way beyond that while there is no queue: a round trip more, or this time if that is less, so that a
    /// path that turns out to be full has no longer queue than this.</summary>
    public static readonly TimeSpan GrowsBy = TimeSpan.FromMilliseconds(15);

    /// <summary>A round trip that is so much longer than the least one, or an eighth of it, had a queue.</summary>
    public static readonly TimeSpan QueueSeen = TimeSpan.FromMilliseconds(2);

    /// <summary>How often the queue in front of a busy path is let run dry, to measure its round trip.</summary>
    public static readonly TimeSpan DrainEvery = TimeSpan.FromSeconds(10);

    /// <summary>So many later datagrams of a path that arrived before it mean that one is lost (RFC 9002 section 6.1.1).</summary>
    public const int OvertakenBy = 3;

    /// <summary>Loss of a round trip, as a part of what went, that has our queue shortened.</summary>
    public const double LossOfFullBuffer = 0.02;

    /// <summary>Datagrams of a path by which its loss is judged: of so many, half are forgotten.</summary>
    public const int PacketsToJudge = 2048;

    /// <summary>So many of them must be lost before anything is concluded.</summary>
    public const int LostToJudge = 8;

    /// <summary>An uplink that loses more, and adds less than half to the others, rests: it would slow them down.</summary>
    public const double LossToRest = 0.015;

    /// <summary>How long it rests, twice as long each time, up to <see cref="LongestHoldDown"/>, unless it did not for
    /// <see cref="ForgivenAfter"/>.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);

    /// <summary>What may wait for a short time, in bytes.</summary>
    public const int ShortWaiting = 512 << 10;

    /// <summary>For how long.</summary>
    public static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(250);

    /// <summary>The least that may wait, in bytes.</summary>
    public const int LeastWaiting = 128 << 10;

    /// <summary>The most that may wait, in bytes: a quarter of what is kept.</summary>
    public const int MostWaiting = SentBytes / 4;

    /// <summary>The queue of what waits for a path, besides what the paths' delays differ by: enough for a TCP to keep them busy.</summary>
    public static readonly TimeSpan Waiting = TimeSpan.FromMilliseconds(50);

    /// <summary>Packets that may be held until those before them have come, all peers of a tunnel together.</summary>
    public const int HeldPackets = 4096;

    /// <summary>Counters of one session between the next that is due and the highest that is held.</summary>
    public const int HeldCounters = 8192;

    /// <summary>The longest packet that is held; longer ones are not put in order.</summary>
    public const int HeldBytes = 2048;

    /// <summary>How long a packet is held before it is known how far paths are apart.</summary>
    public static readonly TimeSpan FirstHold = TimeSpan.FromMilliseconds(50);

    /// <summary>The least that a packet is held.</summary>
    public static readonly TimeSpan LeastHold = TimeSpan.FromMilliseconds(5);

    /// <summary>The most that a packet is held.</summary>
    public static readonly TimeSpan MostHold = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the latest of late packets counts.</summary>
    public static readonly TimeSpan LatenessCounts = TimeSpan.FromSeconds(5);
}
