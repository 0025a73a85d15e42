using Holdfast.Protocol;
using Holdfast.Protocol.Paths;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>A wire between both ends, with an interface at each.</summary>
internal sealed class PathLink
{
    /// <summary>The interface's index, at both ends.</summary>
    public required int Index { get; init; }

    /// <summary>The first end's address.</summary>
    public required Endpoint Near { get; set; }

    /// <summary>The second end's.</summary>
    public required Endpoint Far { get; init; }

    /// <summary>Half a round trip.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Loss in each direction, 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>What it carries in each direction, in bytes a second; 0 is without bound.</summary>
    public double BytesPerSecond { get; set; }

    /// <summary>How long the longest queue in front of it takes; what comes then is dropped.</summary>
    public TimeSpan Buffer { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Dropped there.</summary>
    public int Dropped { get; private set; }

    private readonly MonoTime[] _busyUntil = [MonoTime.LongAgo, MonoTime.LongAgo];

    /// <summary>When so many bytes are through, in a direction; null if they are dropped.</summary>
    public MonoTime? Through(int direction, int bytes, MonoTime now)
    {
        if (BytesPerSecond == 0) return now;
        ref var until = ref _busyUntil[direction];
        if (until < now) until = now;
        if (until - now > Buffer)
        {
            Dropped++;
            return null;
        }
        until += TimeSpan.FromSeconds((bytes + HeaderBytes) / BytesPerSecond);
        return until;
    }

    private const int HeaderBytes = 28;

    /// <summary>The longest datagram that it carries; longer ones are dropped.</summary>
    public int Mtu { get; set; } = int.MaxValue;

    /// <summary>What both ends are told of it as an uplink.</summary>
    public LocalUplink Uplink { get; set; }

    /// <summary>Somebody on the way has the second end believe that the first sends from here; nothing gets there.</summary>
    public Endpoint? Forged { get; set; }

    /// <summary>Takes all, and delivers nothing.</summary>
    public bool IsCut { get; set; }

    /// <summary>Datagrams that went into it.</summary>
    public int Taken { get; set; }
}
