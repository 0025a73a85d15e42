using System.Buffers.Binary;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Wire;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>
/// Looks at both ends of a <see cref="PathNet"/> from outside, with a naive model of each rule: what is delivered, and in which order; where
/// data goes; how often paths are asked; when one takes over from another.
/// </summary>
internal sealed class PathWatch(PathNet net)
{
    private readonly Dictionary<PathEnd, PathEndWatch> _ends = [];
    private readonly List<MonoTime> _faults = [];

    /// <summary>What they do that they must not.</summary>
    public SimFindings Findings { get; } = new();

    /// <summary>Packets that were delivered, probes that were sent, and changes of the path that leads.</summary>
    public (long Delivered, long Probes, long Switches) Seen => (
        _ends.Values.Sum(e => e.Delivered), _ends.Values.Sum(e => e.Probes), _ends.Values.Sum(e => e.Switches));

    /// <summary>Packets that were delivered at an end.</summary>
    public IReadOnlySet<long> DeliveredAt(PathEnd end) => Of(end).DeliveredIds;

    /// <summary>Something breaks, or is mended: a path may be left for it, and may come back.</summary>
    public void Fault() => _faults.Add(net.Now.Mono);

    /// <summary>An end is about to seal a packet.</summary>
    public void Offers(PathEnd end, long id) => Of(end).Offers(id);

    /// <summary>A datagram leaves, and whether it gets to the other end.</summary>
    public void Sends(PathEnd from, in Endpoint to, ReadOnlySpan<byte> datagram, bool arrives)
    {
        if (TryRead(datagram, out var message) && Of(from).IdOf(message) is not null && !Of(from).MaySendData(to))
            Found(from, $"data goes to {to}, which has not answered");
        if (arrives) Of(from).Reaches(to);
    }

    /// <summary>A datagram arrives, before its end takes it; whether it is the first with this packet.</summary>
    public bool Arrives(PathEnd at, in Endpoint from, ReadOnlySpan<byte> datagram)
    {
        Of(at).HearsFrom(from);
        return TryRead(datagram, out var message) && Of(at.Other).IdOf(message) is { } id && Of(at).Arrives(id);
    }

    /// <summary>And its end has dropped it.</summary>
    public void Drops(PathEnd at, ReadOnlySpan<byte> datagram)
    {
        if (TryRead(datagram, out var message) && Of(at.Other).IdOf(message) is { } id) Of(at).Drops(id);
    }

    /// <summary>An end gives a packet to its host.</summary>
    public void Delivers(PathEnd at, long id) => Of(at).Delivers(id);

    /// <summary>An end tells of a path.</summary>
    public void PathChanged(PathEnd end, PeerPath path) => Of(end).PathChanged(path);

    /// <summary>An end's timers were served: whatever it asks, it asks then.</summary>
    public void TimersServed(PathEnd end) => Of(end).LookAtProbes();

    /// <summary>Nothing is on its way any more.</summary>
    public void CheckEnd()
    {
        foreach (var end in _ends.Values) end.CheckEnd();
    }

    /// <summary>From here on nothing is sent, and nothing happens.</summary>
    public void BeginIdle()
    {
        foreach (var end in _ends.Values) end.BeginIdle();
    }

    /// <summary>And so it was for this time.</summary>
    public void CheckIdle(TimeSpan since)
    {
        foreach (var end in _ends.Values) end.CheckIdle(since);
    }

    internal void Found(PathEnd end, string what) => Findings.Check(net.Now.Mono, holds: false, $"end {end.Number}: {what}");

    internal MonoTime Now => net.Now.Mono;

    /// <summary>Each fault has a path left for it, which comes back later; and while acknowledgements go by one that has just failed, too,
    /// others may be left that work, and come back.</summary>
    internal int SwitchesAllowed(MonoTime since) => 2 + (4 * _faults.Count(at => at > since));

    private PathEndWatch Of(PathEnd end)
    {
        if (!_ends.TryGetValue(end, out var watch)) _ends[end] = watch = new PathEndWatch(this, end);
        return watch;
    }

    private static bool TryRead(ReadOnlySpan<byte> datagram, out (uint Session, ulong Counter) message)
    {
        message = default;
        if (datagram.Length < Message.TransportMinimumBytes || datagram[0] != Message.Transport) return false;
        message = (BinaryPrimitives.ReadUInt32LittleEndian(datagram[4..]) & ~(Limits.IndexBlock - 1),
            BinaryPrimitives.ReadUInt64LittleEndian(datagram[8..]));
        return true;
    }
}
