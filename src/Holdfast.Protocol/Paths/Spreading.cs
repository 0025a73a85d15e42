namespace Holdfast.Protocol.Paths;

/// <summary>
/// The policy of <see cref="PathMode.Bond"/>: each packet goes by the path on which it arrives first. A path that has enough under
/// way takes no more; then a slower one gets the packet, unless all that waits would arrive sooner by waiting for the faster ones
/// (Lim et al., ECF: An MPTCP Path Scheduler to Manage Heterogeneous Paths, CoNEXT 2017).
/// </summary>
internal static class Spreading
{
    /// <summary>The path for the next packet; null if it should wait.</summary>
    /// <param name="carrying">The paths that may be used.</param>
    /// <param name="latest">The one by which the last packet went: what goes by one way is sent, and received, together.</param>
    /// <param name="length">The datagram's bytes.</param>
    /// <param name="waiting">Bytes that wait, this packet's included.</param>
    /// <param name="now">The time.</param>
    internal static PeerPath? Choose(ReadOnlySpan<PeerPath?> carrying, PeerPath? latest, int length, int waiting, MonoTime now)
    {
        PeerPath? best = null;
        var (soonest, least) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        foreach (var path in carrying)
        {
            if (path is null || !path.HasRoom(length, now)) continue;
            var arrives = path.Rate.ArrivesIn();
            var counts = path == latest ? arrives - PathLimits.StaysFor : arrives;
            if (counts < least) (best, soonest, least) = (path, arrives, counts);
        }
        if (best is null) return null;
        var (rate, fastest) = (0.0, TimeSpan.MaxValue);
        foreach (var path in carrying)
        {
            if (path is null || path == best || path.HasRoom(length, now)) continue;
            var arrives = path.Rate.ArrivesIn();
            if (arrives >= soonest) continue;
            rate += path.Rate.SoonBytesPerSecond;
            if (arrives < fastest) fastest = arrives;
        }
        return rate > 0 && waiting / rate < (soonest - fastest).TotalSeconds ? null : best;
    }

    /// <summary>The path on which a packet that must go now arrives first.</summary>
    internal static PeerPath? Soonest(ReadOnlySpan<PeerPath?> carrying)
    {
        PeerPath? best = null;
        foreach (var path in carrying)
            if (path is not null && (best is null || path.Rate.ArrivesIn() < best.Rate.ArrivesIn())) best = path;
        return best;
    }

    /// <summary>The path that takes the least time without a queue.</summary>
    internal static PeerPath? Fastest(ReadOnlySpan<PeerPath?> carrying)
    {
        PeerPath? best = null;
        foreach (var path in carrying)
            if (path is not null && (best is null || path.Rate.Way < best.Rate.Way)) best = path;
        return best;
    }

    /// <summary>The path with the shortest round trip.</summary>
    internal static PeerPath? Quickest(ReadOnlySpan<PeerPath?> carrying)
    {
        PeerPath? best = null;
        foreach (var path in carrying)
            if (path is not null && (best is null || path.Rtt.Smoothed < best.Rtt.Smoothed)) best = path;
        return best;
    }

    /// <summary>Bytes that may wait: a queue for the sum of all, and for what their delays differ by. What came in a burst, or while a
    /// path failed, is no queue yet.</summary>
    internal static int MostWaiting(ReadOnlySpan<PeerPath?> carrying, TimeSpan waited)
    {
        var isBurst = waited < PathLimits.ShortWait;
        var (rate, least, most) = (0.0, TimeSpan.MaxValue, TimeSpan.MinValue);
        foreach (var path in carrying)
        {
            if (path is null) continue;
            rate += path.Rate.BytesPerSecond;
            isBurst |= !path.Rate.HasQueue; // what it takes is our guess, and grows
            if (path.Rate.Way < least) least = path.Rate.Way;
            if (path.Rate.Way > most) most = path.Rate.Way;
        }
        var floor = isBurst ? PathLimits.ShortWaiting : PathLimits.LeastWaiting;
        if (rate == 0) return floor;
        var bytes = rate * (PathLimits.Waiting + most - least).TotalSeconds;
        return (int)Math.Clamp(bytes, floor, PathLimits.MostWaiting);
    }

    /// <summary>Whether those that leave by the same uplink as a path, or else go to the same address, lose more than they are worth beside the
    /// others.</summary>
    internal static bool SlowsDown(PeerPath path, ReadOnlySpan<PeerPath?> carrying, bool byAddress)
    {
        var (own, others, judged, lost) = (0.0, 0.0, 0, 0);
        foreach (var other in carrying)
        {
            if (other is null) continue;
            if (byAddress ? other.Remote != path.Remote : !other.SharesUplink(path))
            {
                others += other.Rate.BytesPerSecond;
                continue;
            }
            own += other.Rate.BytesPerSecond;
            judged += other.Rate.Judged;
            lost += other.Rate.JudgedLost;
        }
        return lost >= PathLimits.LostToJudge && lost > judged * PathLimits.LossToRest && own * 2 < others;
    }
}
