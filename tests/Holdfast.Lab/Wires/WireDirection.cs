namespace Holdfast.Labs;

/// <summary>One direction of a wire, as a test sees it.</summary>
public sealed class WireDirection
{
    private readonly Lane _lane;

    internal WireDirection(Lane lane) => _lane = lane;

    /// <summary>What happens to packets that enter from here on; replace it at any time, from any thread.</summary>
    public Faults Faults
    {
        get => _lane.Faults;
        set => _lane.Faults = value;
    }

    /// <summary>What happened so far.</summary>
    public LaneCounters Counters => _lane.Counters;

    /// <summary>The counters.</summary>
    public override string ToString() => Counters.ToString();
}
