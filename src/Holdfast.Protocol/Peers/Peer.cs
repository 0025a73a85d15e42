using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol.Peers;

/// <summary>
/// A peer of a tunnel: its configuration, its session, its timers. Written by its <see cref="Tunnel"/> alone, on the thread
/// that runs it.
/// </summary>
public sealed class Peer
{
    // --- constant after construction -----------------------------------------------------------------------
    internal readonly StagedPackets Staged;

    // --- configuration ---------------------------------------------------------------------------------------
    internal readonly List<IPNetwork> Prefixes = new(1); // most peers have one
    internal Secret? PresharedSecret;
    internal Secret? StaticShared; // the precomputed agreement of the two static keys; null if it is degenerate
    internal Endpoint CurrentEndpoint;
    internal LocalAddress Source;

    // --- session ---------------------------------------------------------------------------------------------
    internal Keypair? Previous;
    internal Keypair? Current;
    internal Keypair? Next; // made as responder, not yet confirmed by a message under it
    internal Initiation? Initiation;
    internal CookieJar Cookies;
    internal Tai64n LatestTimestamp; // of the initiations it sent
    internal Tai64n LastTimestampSent;
    internal MonoTime LastInitiationAccepted = MonoTime.LongAgo;
    internal MonoTime LastInitiationSent = MonoTime.LongAgo;
    internal bool IsRedirected; // that one went to another endpoint than the next will
    internal bool IsHinted; // somebody says that what was sent does not arrive
    internal bool IsHurried; // and so initiations follow each other soon, until something comes from it
    internal int HandshakeAttempts;
    internal bool NeedsAnotherKeepalive;
    internal bool SentLastMinuteHandshake;

    // --- paths -----------------------------------------------------------------------------------------------
    internal PathTable? PathTable; // null while there is only the way of the handshakes
    internal Endpoint[] Elsewhere = []; // where else it may be

    // --- timers ----------------------------------------------------------------------------------------------
    internal PeerTimers Timers = PeerTimers.Unarmed;
    internal MonoTime QueuedFor = MonoTime.Never;
    internal int QueuePosition = -1;

    private DropCounters? _drops;

    internal Peer(in PublicKey publicKey, StagedPackets.Budget staged)
    {
        PublicKey = publicKey;
        Staged = new StagedPackets(staged);
    }

    /// <summary>The peer's static public key: its name in the protocol.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The optional symmetric key mixed into handshakes; null when there is none. Borrowed.</summary>
    public Secret? PresharedKey => PresharedSecret;

    /// <summary>Where datagrams to it go: configured, or where its last authenticated message came from.</summary>
    public Endpoint Endpoint => CurrentEndpoint;

    /// <summary>Our own address towards it, if it has sent something there.</summary>
    public LocalAddress LocalAddress => Source;

    /// <summary>Prefixes that belong to it, in the order in which they were given.</summary>
    public IReadOnlyList<IPNetwork> AllowedIps => Prefixes;

    /// <summary>Seconds between keepalives sent whether or not there is data; 0 is off.</summary>
    public ushort PersistentKeepalive { get; internal set; }

    /// <summary>How several paths to it are used. With <see cref="PathMode.Single"/> there is one from now on; the other end hears
    /// of it with the next handshake.</summary>
    public PathMode PathMode
    {
        get;
        set
        {
            field = value;
            if (value != PathMode.Single) return;
            PathTable?.Order?.Clear();
            PathTable = null;
        }
    }

    /// <summary>The paths by which data may go to it; none while there is only its endpoint.</summary>
    public IEnumerable<PeerPath> Paths => PathTable is null ? [] : PathTable.All.ToArray().OfType<PeerPath>();

    /// <summary>Whether data goes to it by this path; with <see cref="PathMode.Bond"/> by several.</summary>
    public bool IsCarriedBy(PeerPath path) => PathTable is { } paths && (Spreads(paths) ? path.Carries : paths.Active == path);

    /// <summary>What decides that it is, or is not.</summary>
    public PathChoice ChoiceOf(PeerPath path, MonoTime now) => PathTable is { } paths ? paths.ChoiceOf(path, Spreads(paths), now) : PathChoice.None;

    /// <summary>The part of what was sent to it in the last 5 to 10 s that went by this path, 0 to 1; null while there is no data in either direction.</summary>
    public double? ShareOf(PeerPath path, MonoTime now) => PathTable?.ShareOf(path, now);

    private bool Spreads(PathTable paths) => PathMode == PathMode.Bond && paths.HasSeveral && !paths.Carrying.IsEmpty;

    /// <summary>The path that leads: the best that works; null while there is only its endpoint.</summary>
    public PeerPath? ActivePath => PathTable?.Active;

    /// <summary>Bytes of datagrams received from it, headers of the protocol included.</summary>
    public long ReceivedBytes { get; internal set; }

    /// <summary>Bytes of datagrams sent to it, headers of the protocol included.</summary>
    public long SentBytes { get; internal set; }

    /// <summary>Datagrams received from it.</summary>
    public long ReceivedPackets { get; internal set; }

    /// <summary>Datagrams sent to it.</summary>
    public long SentPackets { get; internal set; }

    /// <summary>Handshakes completed with it.</summary>
    public long Handshakes { get; internal set; }

    /// <summary>Wall-clock time of the last completed handshake, nanoseconds since 1970; 0 if there was none.</summary>
    public long LastHandshakeUnixNanoseconds { get; internal set; }

    /// <summary>Initiations in a row that stayed unanswered.</summary>
    public int UnansweredInitiations { get; internal set; }

    /// <summary>Whether there is a keypair to send with.</summary>
    public bool HasSession => Current is not null;

    /// <summary>The cipher under which the next packet goes to it; null without a session.</summary>
    public Cipher? Cipher => Current?.Cipher;

    /// <summary>What was dropped on the way to or from it; null while nothing was.</summary>
    public DropCounters? Drops => _drops;

    /// <summary>Changes the preshared key and takes it over; null or zeros remove it. It counts from the next handshake.</summary>
    public void SetPresharedKey(Secret? key)
    {
        PresharedSecret?.Dispose();
        PresharedSecret = null;
        if (key is { IsZero: false }) PresharedSecret = key;
        else key?.Dispose();
    }

    /// <summary>Sends to another address from now on. The source is the kernel's choice until the peer answers.</summary>
    public void SetEndpoint(in Endpoint endpoint)
    {
        if (CurrentEndpoint == endpoint) return;
        CurrentEndpoint = endpoint;
        Source = default;
    }

    /// <summary>Our own address towards it may be what broke: the kernel chooses anew, at the same uplink.</summary>
    public void ForgetSource() => Source = new LocalAddress(default, Source.InterfaceIndex);

    internal Drop Count(Drop reason) => (_drops ??= new DropCounters()).Count(reason);
}
