using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Engine.DataPlane;

/// <summary>
/// Reserves handshake timestamps ahead on disk, so that an end which restarts with its clock behind still sends later ones
/// than before. One write for ten minutes of handshakes.
/// </summary>
internal sealed class TimestampReserve(Action<Tai64n> write)
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);

    private Tai64n _ceiling;

    /// <summary>Keeps the reserve at least half full.</summary>
    internal void Keep(Tai64n sent, in Now now)
    {
        var label = Tai64n.FromUnix(now.UnixNanoseconds);
        var latest = sent > label ? sent : label;
        if (latest.Seconds + (ulong)(Ahead.TotalSeconds / 2) < _ceiling.Seconds) return;
        _ceiling = new Tai64n(latest.Seconds + (ulong)Ahead.TotalSeconds, 0);
        write(_ceiling);
    }
}
