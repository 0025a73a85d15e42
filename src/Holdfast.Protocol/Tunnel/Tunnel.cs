using Holdfast.Crypto;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Protocol;

/// <summary>
/// A WireGuard interface without its device and sockets: packets and datagrams with the time go in, datagrams and packets come
/// out through sinks. It reads no clock, starts no task, and belongs to one thread.
/// <para>Tunnel.Outbound.cs and Tunnel.Inbound.cs read in the order in which a packet meets their functions;
/// Tunnel.Handshakes.cs makes sessions; Tunnel.Frames.cs is what two Holdfast ends say within one; Tunnel.Paths.cs
/// chooses among several ways to one peer, Tunnel.Probes.cs asks whether they carry, Tunnel.PathData.cs uses them; Tunnel.Timeouts.cs has every timer.</para>
/// </summary>
public sealed partial class Tunnel : IDisposable
{
    private static readonly byte[] NoPresharedKey = new byte[Secret.Size];

    // --- constant after construction -----------------------------------------------------------------------
    private readonly IRandomSource _random;
    private readonly IDatagramSink _datagrams;
    private readonly IPacketSink _packets;
    private readonly ITunnelEvents _events;
    private readonly PeerIndex _peers;
    private readonly CookieChecker _cookies;
    private readonly SourceRateLimit _sources;
    private readonly AeadContexts _contexts;
    private readonly HandshakeLoad _load = new();
    private readonly TimerQueue _timers = new();
    private readonly RecentResponses _responses = new();
    private readonly SendRing _kept = new(PathLimits.SentBytes);
    private readonly SendRing _behind = new(PathLimits.MovedBytes); // what went where peers seem to be no more
    private readonly StagedPackets.Budget _stagedBudget = new(Limits.StagedBytes);

    // --- written by the owning thread ------------------------------------------------------------------------
    private Identity? _self;
    private Tai64n _timestampFloor;
    private ulong _jitter; // 0 before its first use
    private TokenBucket _icmpErrors = new(Limits.IcmpErrorsPerSecond, Limits.IcmpErrorsPerSecond);

    /// <summary>A tunnel without key and peers: it drops everything until it gets them.</summary>
    /// <param name="random">Where keys, indices and jitter come from.</param>
    /// <param name="datagrams">Where datagrams go.</param>
    /// <param name="packets">Where decrypted packets go.</param>
    /// <param name="events">Who hears what happens.</param>
    /// <param name="openSslOnly">Leaves the faster library for ciphers alone where there is one.</param>
    public Tunnel(
        IRandomSource random, IDatagramSink datagrams, IPacketSink packets, ITunnelEvents events, bool openSslOnly = false)
    {
        _contexts = new AeadContexts(Limits.CipherContexts, openSslOnly);
        (_random, _datagrams, _packets, _events) = (random, datagrams, packets, events);
        _peers = new PeerIndex(random);
        _cookies = new CookieChecker(random);
        _sources = new SourceRateLimit(random);
        Checksum.Prepare();
    }

    /// <summary>Crypto-routing: which inner addresses are whose.</summary>
    public AllowedIps AllowedIps { get; } = new();

    /// <summary>What was dropped, all peers and strangers together.</summary>
    public DropCounters Drops { get; } = new();

    /// <summary>Which library computes a cipher here, with its version, for people.</summary>
    public string LibraryOf(Cipher cipher) => _contexts.LibraryOf(cipher);

    /// <summary>The peers, in no order.</summary>
    public IReadOnlyCollection<Peer> Peers => _peers.Peers;

    /// <summary>This end's key; null until one is set.</summary>
    public Identity? Identity => _self;

    /// <summary>UDP port of our sockets: a packet from it to the peer's own endpoint would be a routing loop.</summary>
    public ushort ListenPort { get; set; }

    /// <summary>MTU of the device in bytes: padding does not go beyond it.</summary>
    public int Mtu { get; set; } = 1420;

    /// <summary>
    /// What this end offers to other Holdfast ends. With nothing it is a plain WireGuard peer to all. A change counts from each
    /// peer's next handshake.
    /// </summary>
    public Capabilities Offers { get; set; }

    /// <summary>The latest timestamp in an initiation of ours, or the floor it started from: for the state on disk.</summary>
    public Tai64n LatestTimestampSent { get; private set; }

    /// <summary>What <see cref="SetUplinks"/> told, the preferred first.</summary>
    internal LocalUplink[] Uplinks { get; private set; } = [];

    /// <summary>Whether peers are reached by these and no others, as long as one of them leads there.</summary>
    internal bool KeepsToUplinks { get; private set; }

    /// <summary>Receiver indices in use, for leak checks.</summary>
    public int Indices => _peers.Indices;

    /// <summary>
    /// Initiations carry timestamps later than this one: what an earlier run of this end may have sent, so that a box whose
    /// clock went back is not taken for a replay.
    /// </summary>
    public void StartTimestampsAfter(Tai64n floor)
    {
        _timestampFloor = floor;
        if (floor > LatestTimestampSent) LatestTimestampSent = floor;
    }

    /// <summary>
    /// Changes our static key and takes it over; null removes it. Sessions end; a peer with our own public key is removed, as
    /// the kernel's module does.
    /// </summary>
    public void SetPrivateKey(Secret? key)
    {
        if (key is not null && _self is not null && key.FixedTimeEquals(_self.PrivateKey))
        {
            key.Dispose();
            return;
        }
        _self?.Dispose();
        _self = null;
        if (key is not null) _self = new Identity(key);
        if (_self is not null && _peers.Find(_self.PublicKey) is { } me) RemovePeer(me);
        foreach (var peer in _peers.Peers)
        {
            EndSession(peer);
            Agree(peer);
        }
    }

    /// <summary>The peer with this key, or null.</summary>
    public Peer? FindPeer(in PublicKey key) => _peers.Find(key);

    /// <summary>Adds a peer with nothing but its key. It must not be there yet, nor be ourselves.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="Limits.Peers"/> peers already.</exception>
    public Peer AddPeer(in PublicKey key)
    {
        if (_peers.Count >= Limits.Peers) throw new InvalidOperationException($"more than {Limits.Peers} peers");
        // It may have been here before, and remember our timestamps although our clock went back since.
        var peer = new Peer(key, _stagedBudget) { LastTimestampSent = LatestTimestampSent };
        _peers.Add(peer);
        Agree(peer);
        return peer;
    }

    /// <summary>Removes a peer with all that belongs to it.</summary>
    public void RemovePeer(Peer peer)
    {
        EndSession(peer);
        AllowedIps.RemoveAll(peer);
        _timers.Remove(peer);
        _peers.Remove(peer);
        peer.SetPresharedKey(null);
        peer.StaticShared?.Dispose();
        peer.StaticShared = null;
    }

    /// <summary>Changes the persistent keepalive; switched on, the first one goes out at once.</summary>
    public void SetPersistentKeepalive(Peer peer, ushort seconds, in Now now)
    {
        var wasOff = peer.PersistentKeepalive == 0;
        peer.PersistentKeepalive = seconds;
        peer.Timers.PersistentKeepalive = MonoTime.Never;
        if (seconds == 0) return;
        Arm(peer, ref peer.Timers.PersistentKeepalive, now.Mono + TimeSpan.FromSeconds(seconds));
        if (wasOff) SendKeepalive(peer, now);
    }

    /// <summary>
    /// Begins a handshake with a peer that has an endpoint and no usable session: a starting end shows that it is here.
    /// </summary>
    public void Greet(Peer peer, in Now now)
    {
        if (peer.Current is not { } keypair || !keypair.MaySeal(now.Mono)) Initiate(peer, now);
    }

    /// <summary>
    /// This end sends from another address or port: a message under the session shows the peer where it is now. Without a session
    /// there is nothing to show, and nobody who would believe it.
    /// </summary>
    public void Announce(Peer peer, in Now now)
    {
        peer.ForgetSource();
        if (peer.HasSession) SendKeepalive(peer, now);
    }

    /// <summary>A peer's endpoint was set: what waits for it asks for a session at once.</summary>
    public void Resume(Peer peer, in Now now)
    {
        if (peer.Staged.Count > 0 || peer.PersistentKeepalive > 0) Greet(peer, now);
    }

    /// <summary>
    /// A peer's endpoint is another one from now on. What it left unanswered at the last one is sent there at once:
    /// <see cref="Limits.RekeyTimeout"/> spares an address that does not answer, not one that was never asked. Two
    /// initiations stay <see cref="Limits.InitiationInterval"/> apart all the same, or the same peer behind both would take
    /// the second for a flood.
    /// </summary>
    public void Redirect(Peer peer, in Now now)
    {
        if (peer.Timers.Retransmit == MonoTime.Never)
        {
            Resume(peer, now);
            return;
        }
        peer.IsRedirected = true;
        var allowed = peer.LastInitiationSent + Limits.InitiationInterval;
        Arm(peer, ref peer.Timers.Retransmit, allowed > now.Mono ? allowed : now.Mono);
    }

    /// <summary>Hears that datagrams were not sent after all, and why.</summary>
    /// <param name="peer">Whose they were; null for an answer to a stranger.</param>
    /// <param name="reason">Why.</param>
    /// <param name="length">Their bytes, which do not count as sent.</param>
    /// <param name="datagrams">How many.</param>
    public void SendFailed(Peer? peer, Drop reason, int length, int datagrams = 1)
    {
        for (var i = 0; i < datagrams; i++) Count(peer, reason);
        if (peer is null) return;
        peer.SentBytes -= length;
        peer.SentPackets -= datagrams;
        if (reason != Drop.SendBufferFull) peer.ForgetSource(); // a queue that is full says nothing against it
    }

    /// <summary>Zeroes all keys and forgets all peers.</summary>
    public void Dispose()
    {
        foreach (var peer in _peers.Peers.ToArray()) RemovePeer(peer);
        _self?.Dispose();
        _self = null;
        _contexts.Dispose();
    }

    private void Agree(Peer peer)
    {
        peer.StaticShared?.Dispose();
        peer.StaticShared = null;
        if (_self is null) return;
        Span<byte> shared = stackalloc byte[Secret.Size];
        using var wiped = new Zeroed(shared);
        if (X25519.TryAgree(_self.PrivateKey.Bytes, peer.PublicKey.Bytes, shared))
            peer.StaticShared = new Secret(shared);
    }

    private Drop Count(Peer? peer, Drop reason)
    {
        peer?.Count(reason);
        return Drops.Count(reason);
    }
}
