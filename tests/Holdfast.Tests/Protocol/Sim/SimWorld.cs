using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>
/// Nodes on a network with faults, in virtual time. Everything follows from the seed. Checkers are always on; what they find
/// is kept in <see cref="Violations"/>.
/// </summary>
internal sealed class SimWorld
{
    public const long WallStart = 1_700_000_000_000_000_000;

    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private readonly Dictionary<(int, int), byte[]> _presharedKeys = [];
    private readonly HashSet<(int, int)> _cut = [];
    private readonly Queue<SimEvent> _recent = new();
    private long _order;
    private long _nextId;

    public SimWorld(ulong seed, int nodes)
    {
        Seed = seed;
        Random = new SimRandom(seed);
        Nodes = [.. Enumerable.Range(1, nodes).Select(n => new SimNode(this, n))];
    }

    public ulong Seed { get; }
    public SimRandom Random { get; }
    public SimNode[] Nodes { get; }
    public MonoTime Now { get; private set; } = new(1_000_000_000);
    public List<string> Violations { get; } = [];
    public HashSet<(int, uint, ulong)> Nonces { get; } = [];
    public Dictionary<long, int> Sizes { get; } = [];

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(10);
    public TimeSpan Jitter { get; set; }
    public double Loss { get; set; }
    public double Duplicates { get; set; }
    public double Corruption { get; set; }

    /// <summary>How many datagrams are held on the way for up to <see cref="LongestDelay"/>.</summary>
    public double Late { get; set; }

    /// <summary>Longer than a keypair lives.</summary>
    public static TimeSpan LongestDelay => TimeSpan.FromSeconds(300);

    /// <summary>Packets offered with an inner source that is not their sender's.</summary>
    public long Forgeries { get; private set; }

    /// <summary>Sees every datagram on the wire and may change it, or make it vanish; nothing of that is accounted.</summary>
    public Func<byte[], byte[]?>? Tamper { get; set; }

    /// <summary>Keeps what a checker found; the first finding takes the last events with it.</summary>
    public void Check(bool holds, string what)
    {
        if (holds || Violations.Count >= 50) return; // 30 of them are events
        Violations.Add($"at {Now.Nanoseconds / 1e9:F3} s: {what}");
        if (Violations.Count == 1) Violations.AddRange(_recent.Select(e => $"  {e}"));
    }

    /// <summary>Remembers the last 30 events.</summary>
    public void Note(string what, int from = 0, int to = 0, uint type = 0, int length = 0, Drop drop = Drop.None)
    {
        if (_recent.Count == 30) _recent.Dequeue();
        _recent.Enqueue(new SimEvent(Now, what, from, to, type, length, drop));
    }

    public Secret? PresharedKeyOf(int one, int other) =>
        _presharedKeys.TryGetValue((Math.Min(one, other), Math.Max(one, other)), out var key) ? new Secret(key) : null;

    public void UsePresharedKey(int one, int other)
    {
        var key = new byte[32];
        Random.Fill(key);
        _presharedKeys[(Math.Min(one, other), Math.Max(one, other))] = key;
    }

    public void Start(SimNode node, bool knowsAddresses = true)
    {
        Note("starts", node.Number);
        node.Start(Nodes.Where(n => n != node), knowsAddresses);
    }

    public void Cut(SimNode from, SimNode to) => _cut.Add((from.Number, to.Number));

    public void Heal() => _cut.Clear();

    public void At(TimeSpan later, Action action) =>
        _events.Enqueue(action, (Now.Nanoseconds + (later.Ticks * 100), _order++));

    /// <summary>Offers one packet to the sender's tunnel; with another's inner source, it must not arrive.</summary>
    public long Send(SimNode from, SimNode to, int size = 200, bool v6 = false, SimNode? pretended = null)
    {
        var id = ++_nextId;
        if (pretended is not null) Forgeries++;
        from.Offered++;
        var packet = SimPacket.Between((pretended ?? from).Number, to.Number, id, size, v6);
        Sizes.Add(id, packet.Length - 15);
        from.Tunnel.HandlePacket(packet, packet.Length - 15, from.Now);
        return id;
    }

    public void Transmit(SimNode from, Endpoint to, byte[] datagram)
    {
        if (Tamper is not null)
        {
            if (Tamper(datagram) is not { } changed) return;
            datagram = changed;
        }
        var copies = Random.Chance(Duplicates) ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            if (Random.Chance(Loss))
            {
                Note("is lost", from.Number, 0, Message.TypeOf(datagram), datagram.Length);
                continue;
            }
            var (sent, corrupted, duplicate) = (datagram, Random.Chance(Corruption), copy > 0);
            if (corrupted)
            {
                sent = (byte[])datagram.Clone();
                sent[Random.Next(sent.Length)] ^= (byte)(1 << Random.Next(8));
            }
            var source = from.Address;
            var delay = Delay + (Jitter * Random.Fraction());
            if (Random.Chance(Late)) delay = LongestDelay * Random.Fraction();
            At(delay, () => Arrive(from, source, to, sent, corrupted, duplicate));
        }
    }

    private void Arrive(SimNode from, Endpoint source, Endpoint to, byte[] datagram, bool corrupted, bool duplicate)
    {
        var node = Array.Find(Nodes, n => n.Address == to);
        if (node is null || _cut.Contains((from.Number, node.Number))) return;
        if (corrupted) node.CorruptedArrivals++;
        if (duplicate) node.DuplicateArrivals++;
        var type = Message.TypeOf(datagram);
        var isData = type == Message.Transport && datagram.Length > Message.TransportMinimumBytes;
        var before = node.Delivered;
        var drop = node.Tunnel.HandleDatagram(datagram, source, default, node.Now);
        Note("arrives", from.Number, node.Number, type, datagram.Length, drop);
        node.Took(drop);
        if (type == Message.Transport && drop == Drop.None) node.CheckOpened(datagram);
        if (type == Message.Initiation && drop == Drop.None) node.CheckAccepted(datagram);
        if (!isData) return;
        node.DataArrived++;
        if (drop != Drop.None) node.InboundDrops++;
        Check(node.Delivered - before == (drop == Drop.None ? 1 : 0), $"delivered or dropped, not both: {drop}");
    }

    public void Run(TimeSpan span)
    {
        var end = Now + span;
        while (true)
        {
            var next = end;
            if (_events.TryPeek(out _, out var due)) next = new(Math.Min(next.Nanoseconds, due.Time));
            foreach (var node in Nodes)
                next = new(Math.Min(next.Nanoseconds, Math.Max(Now.Nanoseconds, node.Tunnel.NextTimeout.Nanoseconds)));
            if (next >= end) break;
            Now = next;
            foreach (var node in Nodes)
                if (node.Tunnel.NextTimeout.Passed(Now)) node.Tunnel.HandleTimeouts(node.Now);
            while (_events.TryPeek(out _, out due) && due.Time <= Now.Nanoseconds) _events.Dequeue()();
        }
        Now = end;
    }

    /// <summary>Sums up the account: nothing is lost without a name.</summary>
    public void CheckAccounts()
    {
        foreach (var node in Nodes)
        {
            node.CheckNames();
            Check(node.Offered == node.DataSent + node.OutboundDropsBefore + node.OutboundDrops + node.LostInRestart
                    + node.Waiting,
                $"node {node.Number}: offered {node.Offered} is not sent {node.DataSent} + dropped "
                + $"{node.OutboundDropsBefore + node.OutboundDrops} + waiting {node.Waiting}");
            Check(node.DataArrived == node.Delivered + node.InboundDrops,
                $"node {node.Number}: arrived {node.DataArrived} is not delivered {node.Delivered} + "
                + $"{node.InboundDrops}");
        }
        var (asked, answered) = (Nodes.Sum(n => n.Initiations), Nodes.Sum(n => n.Responses));
        Check(answered <= asked, $"{answered} responses to {asked} initiations");
        var refused = Nodes.Sum(n => n.WrongSources);
        Check(refused <= Forgeries, $"{refused} wrong sources of {Forgeries}");
    }
}
