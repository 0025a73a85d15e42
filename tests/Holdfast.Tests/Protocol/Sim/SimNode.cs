using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>One host of a simulation: a tunnel, its sinks, and an account of every packet.</summary>
internal sealed class SimNode : IDatagramSink, IPacketSink, ITunnelEvents
{
    private readonly SimWorld _world;
    private readonly byte[] _privateKey = new byte[32];
    private readonly byte[] _datagram = new byte[2048];
    private readonly byte[] _packet = new byte[2048];
    private readonly Dictionary<PublicKey, Endpoint> _remembered = [];
    private readonly Dictionary<PublicKey, long> _lastInitiation = [];
    private readonly Dictionary<PublicKey, (long Second, int Count)> _chatter = [];
    private readonly HashSet<ulong> _accepted = [];
    private readonly long[] _returned = new long[DropCounters.Reasons];
    private readonly long[] _named = new long[DropCounters.Reasons];

    public SimNode(SimWorld world, int number)
    {
        (_world, Number) = (world, number);
        world.Random.Fill(_privateKey);
        using var secret = new Secret(_privateKey);
        Key = secret.DerivePublicKey();
        Address = Endpoint.From(new IPEndPoint(new IPAddress([192, 0, 2, (byte)number]), 51820));
        Tunnel = null!;
    }

    public int Number { get; }
    public PublicKey Key { get; }
    public Endpoint Address { get; set; }
    public Tunnel Tunnel { get; private set; }
    public long WallOffset { get; set; }
    public ushort Keepalive { get; set; }
    public bool Forgets { get; set; }

    // The account: everything offered is sent, dropped by name, or waiting.
    public long Offered { get; set; }
    public long DataSent { get; private set; }
    public long DataArrived { get; set; }
    public long Delivered { get; private set; }
    public long OutboundDropsBefore { get; private set; }
    public long LostInRestart { get; private set; }
    public long InboundDrops { get; set; }
    public long Initiations { get; private set; }
    public long Responses { get; private set; }
    public long CorruptedArrivals { get; set; }
    public long DuplicateArrivals { get; set; }
    public long WrongSources => _named[(int)Drop.WrongSource];
    public HashSet<long> Seen { get; } = [];
    public int Sessions { get; private set; }
    public int GivenUp { get; private set; }

    public Now Now => new(_world.Now, SimWorld.WallStart + _world.Now.Nanoseconds + WallOffset);

    /// <summary>Starts (or kills and starts) the tunnel, with the peers of the world and what the state directory kept.</summary>
    public void Start(IEnumerable<SimNode> peers, bool knowsAddresses)
    {
        var floor = default(Tai64n);
        if (Tunnel is not null)
        {
            OutboundDropsBefore += OutboundDrops;
            LostInRestart += Waiting;
            floor = Tunnel.LatestTimestampSent;
            CheckNames();
            Array.Clear(_returned);
            _accepted.Clear();
            _lastInitiation.Clear();
            Tunnel.Dispose();
        }
        Tunnel = new Tunnel(_world.Random, this, this, this) { ListenPort = Address.Port };
        Tunnel.SetPrivateKey(new Secret(_privateKey));
        Tunnel.StartTimestampsAfter(floor);
        foreach (var node in peers)
        {
            var peer = Tunnel.AddPeer(node.Key);
            Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress(SimPacket.Address4(node.Number)), 32), peer);
            Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress(SimPacket.Address6(node.Number)), 128), peer);
            if (_world.PresharedKeyOf(Number, node.Number) is { } psk) peer.SetPresharedKey(psk);
            if (!Forgets && _remembered.TryGetValue(node.Key, out var last)) peer.SetEndpoint(last);
            else if (knowsAddresses) peer.SetEndpoint(node.Address);
            Tunnel.SetPersistentKeepalive(peer, Keepalive, Now);
            Tunnel.Greet(peer, Now);
        }
    }

    public Peer Sees(SimNode other) => Tunnel.FindPeer(other.Key)!;

    public long OutboundDrops => Enumerable.Range((int)Drop.NotIp, (int)Drop.StagedExpired - (int)Drop.NotIp + 1)
        .Sum(d => Tunnel.Drops[(Drop)d]);

    public long Waiting => Tunnel.Peers.Sum(p => (long)p.Staged.Count);

    // --- IDatagramSink ---------------------------------------------------------------------------------------

    Span<byte> IDatagramSink.Reserve(in Endpoint to, int size)
    {
        _world.Check(to.IsKnown, "a datagram to nowhere");
        return _datagram.AsSpan(0, size);
    }

    void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner)
    {
        var datagram = _datagram.AsSpan(0, length);
        switch (Message.TypeOf(datagram))
        {
            case Message.Transport:
                CheckTransport(datagram, owner!);
                if (length > Message.TransportMinimumBytes) DataSent++;
                else CheckChatter(owner!);
                break;
            case Message.Response:
                Responses++;
                CheckChatter(owner!);
                break;
            case Message.Initiation:
                CheckInitiation(owner!);
                break;
            case 0:
                _world.Check(false, "not a message of the protocol");
                break;
        }
        _world.Transmit(this, to, datagram.ToArray());
    }

    private void CheckTransport(ReadOnlySpan<byte> datagram, Peer owner)
    {
        var receiver = BitConverter.ToUInt32(datagram[4..]);
        var counter = BitConverter.ToUInt64(datagram[8..]);
        _world.Check(_world.Nonces.Add((Number, receiver, counter)), "a nonce was used twice");
        var keypair = owner.Current!;
        _world.Check(keypair.RemoteIndex == receiver, "sealed under another keypair than the current");
        _world.Check(_world.Now - keypair.Created < Limits.RejectAfterTime, "a keypair seals past its limit");
        _world.Check(keypair.SendCounter <= Limits.RejectAfterMessages, "a keypair seals past its message limit");
    }

    /// <summary>Hears what the tunnel said about a datagram.</summary>
    public void Took(Drop drop)
    {
        _returned[(int)drop]++;
        _named[(int)drop]++;
    }

    /// <summary>A message was opened: its keypair is one of the peer's and not beyond its limit.</summary>
    public void CheckOpened(ReadOnlySpan<byte> datagram)
    {
        var index = BitConverter.ToUInt32(datagram[4..]);
        foreach (var peer in Tunnel.Peers)
        {
            foreach (var keypair in new[] { peer.Previous, peer.Current, peer.Next })
            {
                if (keypair?.LocalIndex != index) continue;
                _world.Check(_world.Now - keypair.Created < Limits.RejectAfterTime, "a keypair opens past its limit");
                return;
            }
        }
        _world.Check(false, "opened under a keypair that no peer has");
    }

    /// <summary>An initiation is answered once; its ephemeral key names it.</summary>
    public void CheckAccepted(ReadOnlySpan<byte> initiation) => _world.Check(
        _accepted.Add(BitConverter.ToUInt64(initiation[Message.InitiationEphemeral..])), "an initiation was replayed");

    /// <summary>Every drop is counted under the name that was returned, and has a cause on the wire.</summary>
    public void CheckNames()
    {
        for (var drop = Drop.Malformed; drop <= Drop.InnerNotIp; drop++)
        {
            _world.Check(_returned[(int)drop] == Tunnel.Drops[drop],
                $"node {Number}: {drop} returned {_returned[(int)drop]} times, counted {Tunnel.Drops[drop]}");
        }
        var damaged = _named[(int)Drop.Malformed] + _named[(int)Drop.BadMac] + _named[(int)Drop.Forged];
        _world.Check(damaged <= CorruptedArrivals, $"node {Number}: {damaged} damaged of {CorruptedArrivals}");
        var repeated = DuplicateArrivals + CorruptedArrivals; // a damaged counter may be one that was there
        _world.Check(_named[(int)Drop.Replayed] <= repeated,
            $"node {Number}: {_named[(int)Drop.Replayed]} replayed of {repeated}");
        foreach (var drop in new[] { Drop.NotIp, Drop.NoPeer, Drop.RoutingLoop, Drop.TooBig })
            _world.Check(Tunnel.Drops[drop] == 0, $"node {Number}: {drop} of an ordinary packet");
        foreach (var drop in new[] { Drop.InnerNotIp, Drop.UnknownPeer, Drop.CookieNeeded })
            _world.Check(Tunnel.Drops[drop] == 0, $"node {Number}: {drop} of an ordinary datagram");
    }

    /// <summary>Long after the last session nothing of it is left.</summary>
    public void CheckThatKeysAreGone()
    {
        foreach (var peer in Tunnel.Peers)
        {
            var left = peer.Previous ?? peer.Current ?? peer.Next;
            _world.Check(left is null && peer.Initiation is null, $"node {Number}: keys are left");
        }
        _world.Check(Tunnel.Indices == 0, $"node {Number}: {Tunnel.Indices} indices are left");
    }

    /// <summary>What is not data is rare: handshakes are 5 s apart, and so are answers and keepalives by their causes.</summary>
    private void CheckChatter(Peer owner)
    {
        var second = _world.Now.Nanoseconds / 1_000_000_000;
        var (last, count) = _chatter.GetValueOrDefault(owner.PublicKey);
        count = last == second ? count + 1 : 1;
        _chatter[owner.PublicKey] = (second, count);
        _world.Check(count <= 6, $"node {Number}: {count} messages without data in a second");
    }

    private void CheckInitiation(Peer owner)
    {
        Initiations++;
        CheckChatter(owner);
        if (_lastInitiation.TryGetValue(owner.PublicKey, out var last))
        {
            _world.Check(_world.Now.Nanoseconds - last >= Limits.RekeyTimeout.Ticks * 100,
                "two initiations to one peer within RekeyTimeout");
        }
        _lastInitiation[owner.PublicKey] = _world.Now.Nanoseconds;
    }

    // --- IPacketSink -----------------------------------------------------------------------------------------

    Span<byte> IPacketSink.Reserve(int size) => _packet.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from)
    {
        if (from is null) return; // an ICMP error for our own packet
        var (source, destination, id) = SimPacket.Read(_packet.AsSpan(0, length));
        _world.Check(_world.Sizes.GetValueOrDefault(id) == length, "a packet changed its length");
        _world.Check(destination == Number, "a packet for somebody else was delivered");
        _world.Check(_world.Nodes[source - 1].Key.Equals(from.PublicKey), "a packet came by another peer's session");
        _world.Check(Seen.Add(id), "a packet was delivered twice");
        _world.Check(_world.Sizes.ContainsKey(id), "a packet that nobody sent");
        Delivered++;
    }

    // --- ITunnelEvents ---------------------------------------------------------------------------------------

    public void SessionEstablished(Peer peer) => Sessions++;

    public void EndpointChanged(Peer peer) => _remembered[peer.PublicKey] = peer.Endpoint;

    public void HandshakeUnanswered(Peer peer)
    {
    }

    public void HandshakeGivenUp(Peer peer) => GivenUp++;
}
