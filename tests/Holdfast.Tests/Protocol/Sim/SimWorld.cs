using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>
/// Nodes on a wire with faults, in virtual time. Everything follows from the seed. Checkers are always on; what they find is
/// kept in <see cref="Findings"/>. Each node, the wire and the attacker draw from streams of their own, so that a schedule
/// with a step less runs much as before.
/// </summary>
internal sealed class SimWorld
{
    public const long WallStart = 1_700_000_000_000_000_000;

    /// <summary>More nodes than this may come so many at once that they are asked for cookies.</summary>
    public const int Crowd = 64;

    private const int TurnsInAMoment = 100_000;

    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private readonly Dictionary<(int, int), byte[]> _presharedKeys = [];
    private readonly List<SimNode>[] _peers;
    private long _order;
    private long _nextId;

    /// <summary>A world that has not started. The near end of each link has the far end's address in its configuration.</summary>
    public SimWorld(ulong seed, params (int Near, int Far)[] links)
    {
        Random = new SimRandom(seed);
        Wire = new SimWire(Random);
        Attacker = new SimAttacker(this, new SimRandom(~seed));
        Nodes = [.. Enumerable.Range(1, links.Max(l => Math.Max(l.Near, l.Far)))
            .Select(n => new SimNode(this, n, SimDigest.Mix(seed, (ulong)n)))];
        Links = [.. links.Select(l => (Nodes[l.Near - 1], Nodes[l.Far - 1]))];
        _peers = [.. Nodes.Select(n => Links.Where(l => l.Near == n || l.Far == n)
            .Select(l => l.Near == n ? l.Far : l.Near).ToList())];
        foreach (var node in Nodes) Wire.Place(node, node.Address);
        foreach (var (near, far) in Links) near.Learn(far);
    }

    public SimRandom Random { get; }
    public SimWire Wire { get; }
    public SimAttacker Attacker { get; }
    public SimFindings Findings { get; } = new();
    public SimNode[] Nodes { get; }
    public (SimNode Near, SimNode Far)[] Links { get; }
    public MonoTime Now { get; private set; } = new(1_000_000_000);

    /// <summary>All packets ever offered, with their lengths.</summary>
    public Dictionary<long, int> Sizes { get; } = [];

    /// <summary>Stands for every datagram on the wire with its moment.</summary>
    public ulong Digest { get; private set; }

    /// <summary>Packets offered with an inner source that is not their sender's.</summary>
    public long Forgeries { get; private set; }

    /// <summary>Ends the run with the first finding.</summary>
    public bool IsHasty { get; init; }

    /// <summary>Sees every datagram on the wire and may change it, or make it vanish; nothing of that is accounted.</summary>
    public Func<byte[], byte[]?>? Tamper { get; set; }

    private bool IsOver => IsHasty && Findings.Violations.Count > 0;

    public void Check(bool holds, string what) => Findings.Check(Now, holds, what);

    public List<SimNode> PeersOf(SimNode node) => _peers[node.Number - 1];

    public bool AreLinked(SimNode? one, SimNode? other) => one is not null && other is not null && PeersOf(one).Contains(other);

    public Secret? PresharedKeyOf(SimNode one, SimNode other) =>
        _presharedKeys.TryGetValue(Pair(one, other), out var key) ? new Secret(key) : null;

    /// <summary>Both ends have it from now on; it counts from the next handshake.</summary>
    public void SharePresharedKey(SimNode one, SimNode other)
    {
        var key = new byte[32];
        one.Source.Fill(key);
        _presharedKeys[Pair(one, other)] = key;
        one.Sees(other).SetPresharedKey(new Secret(key));
        other.Sees(one).SetPresharedKey(new Secret(key));
    }

    public SimWorld Start()
    {
        foreach (var node in Nodes) node.Start();
        return this;
    }

    public void Move(SimNode node)
    {
        var address = node.Address with { Port = (ushort)(40000 + Random.Next(20000)) };
        Wire.Place(node, address);
        node.Address = address;
    }

    // --- traffic -----------------------------------------------------------------------------------------------

    /// <summary>Packets of random size within the next 10 s.</summary>
    public void SendSome(SimNode from, SimNode to, int packets, bool forged = false)
    {
        var pretended = forged ? Nodes.Last(n => n != from) : null;
        for (var i = 0; i < packets; i++)
        {
            var (size, v6) = (Random.Next(1400), Random.Chance(.3));
            At(TimeSpan.FromMilliseconds(Random.Next(10_000)), () =>
            {
                if (!from.IsAsleep) Send(from, to, size, v6, pretended);
            });
        }
    }

    /// <summary>Offers one packet to the sender's tunnel; with another's inner source, it must not arrive.</summary>
    public long Send(SimNode from, SimNode to, int size = 200, bool v6 = false, SimNode? pretended = null)
    {
        var id = ++_nextId;
        if (pretended is not null) Forgeries++;
        from.Account.Offered++;
        var packet = SimPacket.Between((pretended ?? from).Number, to.Number, id, size, v6);
        Sizes.Add(id, packet.Length - SimPacket.PaddingRoom);
        from.Offer(packet, packet.Length - SimPacket.PaddingRoom);
        return id;
    }

    // --- the way of a datagram -----------------------------------------------------------------------------------

    public void Transmit(SimNode from, Endpoint to, byte[] datagram)
    {
        Digest = SimDigest.Mix(Digest ^ (ulong)Now.Nanoseconds, BitConverter.ToUInt64(datagram, datagram.Length - 24));
        if (Tamper is not null)
        {
            if (Tamper(datagram) is not { } changed) return;
            datagram = changed;
        }
        var source = from.Address;
        Attacker.Hear(from, source, to, datagram);
        var copies = Random.Chance(Wire.Duplicates) ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            if (Random.Chance(Wire.Loss))
            {
                Findings.Note(new SimEvent(Now, "is lost", from.Number, 0, Message.TypeOf(datagram), datagram.Length, Drop.None));
                continue;
            }
            var (sent, trust) = (datagram, copy > 0 ? SimTrust.Copy : SimTrust.Genuine);
            if (Random.Chance(Wire.Corruption))
            {
                (sent, trust) = ((byte[])datagram.Clone(), SimTrust.Damaged);
                sent[Random.Next(sent.Length)] ^= (byte)(1 << Random.Next(8));
            }
            At(Wire.DrawDelay(), () => Arrive(from, source, to, sent, trust));
        }
    }

    private void Arrive(SimNode from, Endpoint source, Endpoint to, byte[] datagram, SimTrust trust)
    {
        if (Wire.At(to) is { } node && Wire.Carries(from.Number, node.Number, datagram.Length))
            Hand(from, source, node, datagram, trust);
    }

    /// <summary>Gives a datagram to a node's tunnel, and checks what that did. From nobody is from a stranger.</summary>
    public void Hand(SimNode? from, Endpoint source, SimNode node, byte[] datagram, SimTrust trust)
    {
        if (node.IsAsleep)
        {
            node.Hold(() => Hand(from, source, node, datagram, trust));
            return;
        }
        var account = node.Account;
        if (trust is SimTrust.Damaged or SimTrust.None) account.BadArrivals++;
        if (trust == SimTrust.Copy) account.RepeatedArrivals++;
        var type = Message.TypeOf(datagram);
        var isData = type == Message.Transport && SimPacket.IsIn(datagram);
        var isWatched = PeersOf(node).Count <= Crowd || trust == SimTrust.None;
        var before = (account.Delivered, node.Sinks.Sent, State: isWatched ? SimDigest.Of(node.Tunnel) : 0);

        var drop = node.Take(datagram, source);

        Findings.Note(new SimEvent(Now, "arrives", from?.Number ?? 0, node.Number, type, datagram.Length, drop));
        account.Took(drop);
        if (type == Message.Transport && trust == SimTrust.Genuine) account.TookFirst(datagram, drop);
        var (answers, bytes) = (node.Sinks.Sent.Datagrams - before.Sent.Datagrams, node.Sinks.Sent.Bytes - before.Sent.Bytes);
        if (drop == Drop.None) node.Sinks.CheckAccepted(type, datagram, from);
        else if (drop is not (Drop.WrongSource or Drop.InnerNotIp)) // these two are authentic
        {
            Check(answers == (drop == Drop.CookieNeeded ? 1 : 0), $"{drop} is answered {answers} times");
            Check(!isWatched || SimDigest.Of(node.Tunnel) == before.State, $"{drop} changes a peer");
        }
        if (type is Message.Initiation || drop != Drop.None && drop != Drop.WrongSource)
            Check(bytes <= datagram.Length, $"{datagram.Length} bytes are answered with {bytes}");
        if (!isData) return;
        account.DataArrived++;
        if (drop != Drop.None) account.DataDropped++;
        Check(account.Delivered - before.Delivered == (drop == Drop.None ? 1 : 0), $"delivered or dropped, not both: {drop}");
    }

    // --- time --------------------------------------------------------------------------------------------------

    public void At(TimeSpan later, Action action) =>
        _events.Enqueue(action, (Now.Nanoseconds + (later.Ticks * 100), _order++));

    public void Run(TimeSpan span)
    {
        var end = Now + span;
        for (var turns = 0; !IsOver; turns++)
        {
            var next = end;
            if (_events.TryPeek(out _, out var due) && due.Time < next.Nanoseconds) next = new(due.Time);
            foreach (var node in Nodes)
                if (node.NextTurn is var turn && turn < next) next = turn;
            if (next >= end) break;
            if (next > Now) (Now, turns) = (next, 0);
            if (turns >= TurnsInAMoment)
            {
                Check(false, "time stands still");
                break;
            }
            foreach (var node in Nodes)
                if (node.NextTurn.Passed(Now)) node.TakeTurn();
            for (; turns < TurnsInAMoment && _events.TryPeek(out _, out due) && due.Time <= Now.Nanoseconds; turns++)
                _events.Dequeue()();
        }
        Now = end;
    }

    /// <summary>Sums up all accounts.</summary>
    public void CheckAccounts()
    {
        foreach (var node in Nodes) node.Account.Check();
        var refused = Nodes.Sum(n => n.Account.WrongSources);
        Check(refused <= Forgeries, $"{refused} wrong sources of {Forgeries}");
    }

    private static (int, int) Pair(SimNode one, SimNode other) =>
        (Math.Min(one.Number, other.Number), Math.Max(one.Number, other.Number));
}
