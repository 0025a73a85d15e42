using System.Buffers.Binary;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>A node's account: everything offered is sent, dropped by name, or waiting; every drop has a cause.</summary>
internal sealed class SimAccount(SimNode node, SimWorld world)
{
    private readonly long[] _returned = new long[DropCounters.Reasons]; // by this run of the tunnel
    private readonly long[] _named = new long[DropCounters.Reasons]; // by all of them
    private readonly Dictionary<uint, ulong> _furthest = []; // counter accepted, by block of indices
    private long _outboundDropsBefore;
    private long _lostInRestart;

    public long Offered { get; set; }
    public long DataSent { get; set; }
    public long DataArrived { get; set; }
    public long DataDropped { get; set; }
    public long Delivered { get; set; }
    public long Initiations { get; set; }
    public long Accepted { get; set; }
    public long Responses { get; set; }
    public long Sessions { get; set; }

    /// <summary>Arrivals that were damaged or a stranger's.</summary>
    public long BadArrivals { get; set; }

    /// <summary>Arrivals of what had arrived before, or so late that the replay window can't tell.</summary>
    public long RepeatedArrivals { get; set; }

    public long WrongSources => _named[(int)Drop.WrongSource];

    /// <summary>Hears what the tunnel said about a datagram.</summary>
    public void Took(Drop drop)
    {
        _returned[(int)drop]++;
        _named[(int)drop]++;
    }

    /// <summary>Hears what the tunnel said about a genuine transport message that came for the first time.</summary>
    public void TookFirst(ReadOnlySpan<byte> message, Drop drop)
    {
        var receiver = BinaryPrimitives.ReadUInt32LittleEndian(message[Message.TransportReceiver..]);
        receiver &= ~(Limits.IndexBlock - 1); // both ciphers share a window
        var counter = BinaryPrimitives.ReadUInt64LittleEndian(message[Message.TransportCounter..]);
        var furthest = _furthest.GetValueOrDefault(receiver);
        if (drop == Drop.Replayed && counter + Limits.ReplayWindowBits <= furthest) RepeatedArrivals++;
        else if (drop is Drop.None or Drop.WrongSource && counter > furthest) _furthest[receiver] = counter;
    }

    /// <summary>Sums up a run of the tunnel that ends.</summary>
    public void Close()
    {
        CheckNames();
        _outboundDropsBefore += OutboundDrops;
        _lostInRestart += Waiting;
        Array.Clear(_returned);
    }

    /// <summary>Nothing is lost without a name.</summary>
    public void Check()
    {
        CheckNames();
        var dropped = _outboundDropsBefore + OutboundDrops;
        Check(Offered == DataSent + dropped + _lostInRestart + Waiting,
            $"offered {Offered} is not sent {DataSent} + dropped {dropped} + lost {_lostInRestart} + waiting {Waiting}");
        Check(DataArrived == Delivered + DataDropped,
            $"arrived {DataArrived} is not delivered {Delivered} + {DataDropped}");
        Check(Responses == Accepted, $"{Responses} responses to {Accepted} initiations");
    }

    /// <summary>Every drop is counted under the name that was returned, and has a cause on the wire.</summary>
    private void CheckNames()
    {
        var drops = node.Tunnel.Drops;
        for (var drop = Drop.Malformed; drop <= Drop.InnerNotIp; drop++)
            Check(_returned[(int)drop] == drops[drop], $"{drop} returned {_returned[(int)drop]} times, counted {drops[drop]}");

        // An index that came again takes what was meant for the one before it, and can't open it, or knows its counter.
        // Under load, the cookie for an initiation can come after a response of ours: only the last message can have one.
        var isExcused = node.Source.Blocks > 0 || world.Nodes.Length > SimWorld.Crowd;
        var forged = isExcused ? 0 : _named[(int)Drop.Forged];
        var damaged = _named[(int)Drop.Malformed] + _named[(int)Drop.BadMac] + forged;
        Check(damaged <= BadArrivals, $"{damaged} damaged of {BadArrivals}");
        var repeated = RepeatedArrivals + BadArrivals; // a damaged counter may be one that was there
        Check(isExcused || _named[(int)Drop.Replayed] <= repeated, $"{_named[(int)Drop.Replayed]} replayed of {repeated}");
        foreach (var drop in new[] { Drop.NotIp, Drop.NoPeer, Drop.RoutingLoop, Drop.TooBig, Drop.InnerNotIp, Drop.UnknownPeer })
            Check(drops[drop] == 0, $"{drop} of something ordinary");
        if (world.Nodes.Length <= SimWorld.Crowd) Check(drops[Drop.CookieNeeded] == 0, "few peers make it ask for cookies");
    }

    /// <summary>Long after the last session nothing of it is left.</summary>
    public void CheckThatNothingIsLeft()
    {
        foreach (var peer in node.Tunnel.Peers)
        {
            Check((peer.Previous ?? peer.Current ?? peer.Next) is null && peer.Initiation is null, "keys are left");
            Check(peer.Staged.Count == 0, $"{peer.Staged.Count} packets still wait");
        }
        Check(node.Tunnel.Indices == 0, $"{node.Tunnel.Indices} indices are left");
        Check(node.Tunnel.NextTimeout == MonoTime.Never, "a timer is left");
    }

    private long OutboundDrops
    {
        get
        {
            var sum = 0L;
            for (var drop = Drop.NotIp; drop <= Drop.StagedExpired; drop++) sum += node.Tunnel.Drops[drop];
            return sum;
        }
    }

    private long Waiting => node.Tunnel.Peers.Sum(p => (long)p.Staged.Count);

    private void Check(bool holds, string what)
    {
        if (!holds) world.Check(false, $"node {node.Number}: {what}");
    }
}
