using System.Net;
using Holdfast.Crypto;
using Holdfast.Engine.DataPlane;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>One host of a simulation: a tunnel with its state directory and its clocks.</summary>
internal sealed class SimNode
{
    private const int InboxDatagrams = 32;

    private readonly SimWorld _world;
    private readonly byte[] _privateKey = new byte[32];
    private readonly HashSet<SimNode> _learned = [];
    private readonly Queue<Action> _inbox = [];
    private SimState _state = new();
    private SimState? _firstState;
    private TimestampReserve _reserve;
    private MonoTime? _awakeAt;
    private MonoTime _asleepSince;
    private bool _clockStands;
    private TimeSpan _lag;

    public SimNode(SimWorld world, int number, ulong seed)
    {
        (_world, Number) = (world, number);
        Source = new SimSource(seed);
        Source.Fill(_privateKey);
        using var secret = new Secret(_privateKey);
        Key = secret.DerivePublicKey();
        Address = SimPacket.Outer(number, 51820);
        Account = new SimAccount(this, world);
        Sinks = new SimSinks(this, world);
        (_reserve, Tunnel) = (null!, null!);
    }

    public int Number { get; }
    public PublicKey Key { get; }
    public SimSource Source { get; }
    public SimAccount Account { get; }
    public SimSinks Sinks { get; }
    public Tunnel Tunnel { get; private set; }

    /// <summary>Where it sends from. <see cref="SimWorld.Move"/> changes it.</summary>
    public Endpoint Address { get; set; }

    /// <summary>How far its wall clock is off, in nanoseconds.</summary>
    public long WallOffset { get; set; }

    /// <summary>Its persistent keepalive in seconds.</summary>
    public ushort Keepalive { get; set; }

    /// <summary>What it offers to other Holdfast ends; with nothing it is a plain WireGuard peer.</summary>
    public Capabilities Offers { get; set; }

    /// <summary>Happens while its tunnel takes a datagram: for tests of the checks.</summary>
    public Action? Mistake { get; set; }

    /// <summary>Whether it gets no turn; its host sends nothing either.</summary>
    public bool IsAsleep => _awakeAt is not null;

    public Now Now
    {
        get
        {
            var mono = new MonoTime((IsAsleep && _clockStands ? _asleepSince : _world.Now).Nanoseconds - _lag.Ticks * 100);
            return new Now(mono, SimWorld.WallStart + mono.Nanoseconds + WallOffset);
        }
    }

    /// <summary>When it wants a turn, as the world's clock has it.</summary>
    public MonoTime NextTurn => _awakeAt ?? Tunnel.NextTimeout + _lag;

    public Peer Sees(SimNode other) => Tunnel.FindPeer(other.Key)!;

    // --- its life ----------------------------------------------------------------------------------------------

    /// <summary>Starts, or kills and starts, the tunnel with what the configuration and the state directory know.</summary>
    public void Start()
    {
        WakeUp();
        _inbox.Clear();
        if (Tunnel is not null)
        {
            Account.Close();
            Sinks.Forget();
            Tunnel.Dispose();
        }
        Tunnel = new Tunnel(Source, Sinks, Sinks, Sinks) { ListenPort = Address.Port, Offers = Offers };
        Tunnel.SetPrivateKey(new Secret(_privateKey));
        _reserve = new TimestampReserve(ceiling => _state.Floor = ceiling);
        Tunnel.StartTimestampsAfter(_state.Floor);
        foreach (var node in _world.PeersOf(this)) Add(node);
        _firstState ??= _state.Copy();
        KeepReserve();
    }

    /// <summary>
    /// Restarts with the oldest copy of the state directory. Its clock is right: with neither, its initiations are replays
    /// to every peer until its clock is where it was, and no end can tell the difference.
    /// </summary>
    public void RollBack()
    {
        var latest = Tunnel.LatestTimestampSent;
        _state = _firstState!.Copy();
        if (Tai64n.FromUnix(Now.UnixNanoseconds) <= latest)
            WallOffset += latest.ToUnix() - Now.UnixNanoseconds + TimeSpan.FromSeconds(1).Ticks * 100;
        Start();
    }

    /// <summary>The configuration says where the other is.</summary>
    public void Learn(SimNode other)
    {
        _learned.Add(other);
        if (Tunnel is null) return;
        Sees(other).SetEndpoint(other.Address);
        Turn(() => Tunnel.Resume(Sees(other), Now));
    }

    /// <summary>Its configuration changes: from the next handshake on it offers something else.</summary>
    public void SetOffers(Capabilities offers) => Tunnel.Offers = Offers = offers;

    public void SetKeepalive(ushort seconds)
    {
        Keepalive = seconds;
        foreach (var peer in Tunnel.Peers) Turn(() => Tunnel.SetPersistentKeepalive(peer, seconds, Now));
    }

    /// <summary>Takes the peer away with all that was agreed, and adds it as if it were another.</summary>
    public void Replace(SimNode other)
    {
        Tunnel.RemovePeer(Sees(other));
        Sinks.Forget(other.Key);
        Turn(() => Add(other));
    }

    /// <summary>
    /// The keypair towards the other has so many messages left before its limit, or before it is due to be renewed if
    /// negative.
    /// </summary>
    public void WearOut(SimNode other, long left)
    {
        if (Sees(other).Current is not { } keypair) return;
        var counter = left < 0
            ? Limits.RekeyAfterMessages - (ulong)-left
            : Limits.RejectAfterMessages - (ulong)left;
        keypair.SkipTo(Math.Max(keypair.SendCounter, counter));
    }

    private void Add(SimNode other)
    {
        var peer = Tunnel.AddPeer(other.Key);
        Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress(SimPacket.Address4(other.Number)), 32), peer);
        Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress(SimPacket.Address6(other.Number)), 128), peer);
        if (_world.PresharedKeyOf(this, other) is { } psk) peer.SetPresharedKey(psk);
        if (_state.Endpoints.TryGetValue(other.Key, out var last)) peer.SetEndpoint(last);
        else if (_learned.Contains(other)) peer.SetEndpoint(other.Address);
        Tunnel.SetPersistentKeepalive(peer, Keepalive, Now);
        Tunnel.Greet(peer, Now);
    }

    public void Remember(Peer peer) => _state.Endpoints[peer.PublicKey] = peer.Endpoint;

    // --- its turns ---------------------------------------------------------------------------------------------

    public void Offer(byte[] packet, int length) => Turn(() => Tunnel.HandlePacket(packet, length, Now));

    public Drop Take(byte[] datagram, Endpoint source)
    {
        var drop = Tunnel.HandleDatagram(datagram, source, default, Now);
        Mistake?.Invoke();
        KeepReserve();
        return drop;
    }

    /// <summary>Serves its timers; after a sleep also what came meanwhile, before or after them.</summary>
    public void TakeTurn()
    {
        WakeUp();
        var mailFirst = _inbox.Count > 0 && _world.Random.Chance(.5);
        if (!mailFirst) Turn(() => Tunnel.HandleTimeouts(Now));
        while (_inbox.TryDequeue(out var arrival)) arrival();
        if (mailFirst) Turn(() => Tunnel.HandleTimeouts(Now));
    }

    public void Sleep(TimeSpan span, bool itsClockStands)
    {
        if (IsAsleep) return;
        (_awakeAt, _asleepSince, _clockStands) = (_world.Now + span, _world.Now, itsClockStands);
    }

    /// <summary>A datagram for a sleeping node waits in its socket, which holds so much and no more.</summary>
    public void Hold(Action arrival)
    {
        if (_inbox.Count < InboxDatagrams) _inbox.Enqueue(arrival);
    }

    private void WakeUp()
    {
        if (!IsAsleep) return;
        if (_clockStands) _lag += _world.Now - _asleepSince;
        _awakeAt = null;
    }

    private void Turn(Action turn)
    {
        turn();
        KeepReserve();
    }

    private void KeepReserve() => _reserve.Keep(Tunnel.LatestTimestampSent, Now);
}
