namespace Holdfast.Protocol;

/// <summary>Every bound and time of the protocol, with its origin.</summary>
public static class Limits
{
    // --- WireGuard paper, section 6 (the constants of 6.1) ------------------------------------------------

    /// <summary>Age of a keypair, in use by its initiator for sending, that calls for a new handshake.</summary>
    public static readonly TimeSpan RekeyAfterTime = TimeSpan.FromSeconds(120);

    /// <summary>Age beyond which a keypair neither seals nor opens.</summary>
    public static readonly TimeSpan RejectAfterTime = TimeSpan.FromSeconds(180);

    /// <summary>How long an unanswered initiation waits before it is sent anew.</summary>
    public static readonly TimeSpan RekeyTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long initiations go on unanswered before the peer is given up until there is data for it.</summary>
    public static readonly TimeSpan RekeyAttemptTime = TimeSpan.FromSeconds(90);

    /// <summary>How long after receiving data, with nothing to send back, an empty packet goes out.</summary>
    public static readonly TimeSpan KeepaliveTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Messages under one keypair after which its user asks for a new one.</summary>
    public const ulong RekeyAfterMessages = 1UL << 60;

    /// <summary>Messages after which a keypair neither seals nor opens: 2^64 less the window and one.</summary>
    public const ulong RejectAfterMessages = ulong.MaxValue - ReplayWindowBits;

    /// <summary>
    /// Sessions that both ends began, confirmed within this time of each other, came of handshakes that crossed: longer than
    /// an initiation is outstanding, with time for datagrams that are late.
    /// </summary>
    public static readonly TimeSpan CrossingTime = TimeSpan.FromSeconds(10);

    /// <summary>Initiations in a row before giving up: RekeyAttemptTime in steps of RekeyTimeout.</summary>
    public const int HandshakeAttempts = 18;

    /// <summary>At most this much is added to a handshake's timer, so that two ends do not stay in step.</summary>
    public static readonly TimeSpan RekeyTimeoutJitter = TimeSpan.FromMilliseconds(333);

    /// <summary>Keys of a peer with which no handshake succeeds are zeroed after this time: 3 x RejectAfterTime.</summary>
    public static readonly TimeSpan ZeroKeysAfter = TimeSpan.FromSeconds(540);

    /// <summary>A receiving initiator asks for a new key at this age: RejectAfter - Keepalive - RekeyTimeout.</summary>
    public static readonly TimeSpan LastMinuteAge = TimeSpan.FromSeconds(165);

    /// <summary>An initiation of which the network says that it did not arrive is followed after this time instead of RekeyTimeout: longer
    /// than an answer takes, as anybody can say so.</summary>
    public static readonly TimeSpan HintedRetry = TimeSpan.FromSeconds(1.5);

    /// <summary>How often until one is answered; further ones are as far apart as ever.</summary>
    public const int HintedAttempts = 5;

    /// <summary>ICMP errors a second that are looked at, and handshakes that are hurried for them.</summary>
    public const int HintsPerSecond = 32;

    /// <summary>How many of them at once.</summary>
    public const int HintsAtOnce = 8;

    /// <summary>Peers among which the one is looked for that such an error is about; among more, none is.</summary>
    public const int PeersSearched = 4096;

    /// <summary>Bytes that every link of IPv6 carries (RFC 8200 section 5): whoever says less is not heard.</summary>
    public const int V6LeastMtu = 1280;

    /// <summary>Bytes of a UDP header (RFC 768).</summary>
    public const int UdpHeaderBytes = 8;

    /// <summary>Bytes of an IPv4 header without options (RFC 791).</summary>
    public const int V4HeaderBytes = 20;

    /// <summary>Bytes of an IPv6 header (RFC 8200).</summary>
    public const int V6HeaderBytes = 40;

    /// <summary>Time between two accepted initiations of one peer: 50 a second, as the kernel's module has it.</summary>
    public static readonly TimeSpan InitiationInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a cookie, and the secret behind it, is used (paper 5.4.7).</summary>
    public static readonly TimeSpan CookieLifetime = TimeSpan.FromSeconds(120);

    /// <summary>A cookie is not used for sending in its last seconds, when the other end may have renewed its secret.</summary>
    public static readonly TimeSpan CookieLatency = TimeSpan.FromSeconds(5);

    // --- sizes ---------------------------------------------------------------------------------------------

    /// <summary>Width of the replay window in messages (RFC 6479's scheme; the kernel's module has 8,128).</summary>
    public const int ReplayWindowBits = 8192;

    /// <summary>Packets kept per peer while there is no session; the oldest is dropped first (kernel: 128).</summary>
    public const int StagedPackets = 128;

    /// <summary>Bytes of staged packets per tunnel, all peers together.</summary>
    public const int StagedBytes = 16 << 20;

    /// <summary>Plaintext is padded to a multiple of this many bytes (paper 5.4.6).</summary>
    public const int PaddingMultiple = 16;

    /// <summary>Receiver indices that one keypair owns: 16 paths times 2 ciphers, aligned.</summary>
    public const uint IndexBlock = 32;

    /// <summary>The largest datagram that UDP over IPv4 carries.</summary>
    public const int DatagramBytes = 65507;

    /// <summary>The largest inner packet: what fits a datagram with header (16) and tag (16).</summary>
    public const int PacketBytes = DatagramBytes - 32;

    /// <summary>Peers of one tunnel (the index table holds three keypairs and an initiation of each).</summary>
    public const int Peers = 1 << 20;

    // --- two Holdfast ends -----------------------------------------------------------------------------------

    /// <summary>
    /// Messages of a session, the counter's first, that may be sealed with AES-256-GCM; later ones go under WireGuard's cipher.
    /// Ours: with packets of 1,420 bytes these are 2^34.5 blocks, which leaves an attacker an advantage of 2^-60 (RFC 9001, B.1,
    /// has the bound). A session would need 1.5 million messages a second to get there.
    /// </summary>
    public const ulong Aes256GcmMessages = 1UL << 28;

    /// <summary>Times that a responder says hello within a session, if no answer comes. Ours.</summary>
    public const int Hellos = 5;

    /// <summary>Time between two of them, of which each waits for traffic besides: more than a round trip. Ours.</summary>
    public static readonly TimeSpan HelloInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Contexts of the cipher library that a tunnel's sessions share, of each cipher: two for each of 2,000 peers that are busy
    /// at once. With more of them a packet costs another setting of its key. About 1 KiB each. Ours.
    /// </summary>
    public const int CipherContexts = 4096;

    // --- load ----------------------------------------------------------------------------------------------

    /// <summary>
    /// Handshake messages a second above which a tunnel is under load and asks for cookies: answers to its own greeting of
    /// thousands (640 a second) are not, and work for strangers stays below a quarter of a core.
    /// </summary>
    public const int HandshakesPerSecond = 1000;

    /// <summary>Handshake messages that may come at once before the rate above counts.</summary>
    public const int HandshakeBurst = 250;

    /// <summary>Once under load, a tunnel stays so for this long (the kernel's module: one second).</summary>
    public static readonly TimeSpan LoadLinger = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Cookies given out in a second under load. Beyond, a message without one is dropped before anything is computed, so that a
    /// flood leaves the processor to sessions; who has a cookie is heard all the same.
    /// </summary>
    public const int CookieRepliesPerSecond = 4000;

    /// <summary>Handshakes with a valid cookie that are worked on in a second under load, all sources together.</summary>
    public const int CookiedHandshakesPerSecond = 1000;

    /// <summary>Handshakes a second from one source (IPv4 address, IPv6 /64) under load (kernel: 20).</summary>
    public const int SourceHandshakesPerSecond = 20;

    /// <summary>Handshakes that one source may send at once under load (kernel: 5).</summary>
    public const int SourceHandshakeBurst = 5;

    /// <summary>Sources remembered by the rate limit; the one idle for longest in its set of four makes room.</summary>
    public const int RateLimitedSources = 8192;

    /// <summary>Peers whose timers are looked at in one turn, so that packets wait for few handshakes at a time.</summary>
    public const int TimeoutsPerTurn = 32;

    /// <summary>ICMP errors a second for packets that no peer can take.</summary>
    public const int IcmpErrorsPerSecond = 50;
}
