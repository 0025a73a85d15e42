namespace Holdfast.Protocol.Peers;

/// <summary>
/// Handshakes per source address while under load: a table of fixed size, in sets of four, so that a flood from many sources
/// costs no memory beyond it. It is made when the first source asks. IPv6 counts by /64, the least that one host is given.
/// </summary>
internal sealed class SourceRateLimit
{
    private const int Ways = 4;

    private readonly ulong _seed;
    private Entry[]? _entries;

    internal SourceRateLimit(IRandomSource random)
    {
        Span<byte> seed = stackalloc byte[sizeof(ulong)];
        random.Fill(seed);
        _seed = BitConverter.ToUInt64(seed) | 1;
    }

    internal bool Allows(in Endpoint from, MonoTime now)
    {
        // Only sources that proved their address come here, so a keyed multiplication is enough of a hash.
        _entries ??= new Entry[Limits.RateLimitedSources];
        var source = from.Address.High ^ from.Family;
        var set = (int)(((source * _seed) ^ (source >> 29)) * _seed >> 40) % (_entries.Length / Ways) * Ways;
        ref var entry = ref Find(_entries.AsSpan(set, Ways), source);
        if (entry.Source != source || !entry.InUse)
        {
            entry = new Entry
            {
                Source = source,
                InUse = true,
                Bucket = new TokenBucket(Limits.SourceHandshakesPerSecond, Limits.SourceHandshakeBurst),
            };
        }
        return entry.Bucket.TryTake(now);
    }

    private static ref Entry Find(Span<Entry> set, ulong source)
    {
        var oldest = 0;
        for (var i = 0; i < set.Length; i++)
        {
            if (set[i].InUse && set[i].Source == source) return ref set[i];
            if (!set[i].InUse || (set[oldest].InUse && set[i].Bucket.LastUse < set[oldest].Bucket.LastUse)) oldest = i;
        }
        return ref set[oldest];
    }

    private struct Entry
    {
        internal ulong Source;
        internal bool InUse;
        internal TokenBucket Bucket;
    }
}
