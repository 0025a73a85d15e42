using Holdfast.Protocol.Paths;

namespace Holdfast.Engine.Health;

/// <summary>What was told of a peer last, and how much of late. Engine thread.</summary>
internal sealed class PeerNotes
{
    private readonly (PeerPath? Path, PathState State)[] _paths = new (PeerPath?, PathState)[PathLimits.Paths];

    /// <summary>Counts its events; a field, because it changes.</summary>
    internal EventLimit Limit = new(EngineLimits.EventsOfPeer);

    /// <summary>Whether it answers handshakes; null before the first.</summary>
    internal bool? Answers { get; set; }

    /// <summary>Where it was.</summary>
    internal string? Endpoint { get; set; }

    /// <summary>The path that carries.</summary>
    internal PeerPath? Carries { get; set; }

    /// <summary>Takes down how a path is.</summary>
    /// <returns>How it was; null for one that was not known.</returns>
    internal PathState? Take(PeerPath path)
    {
        ref var slot = ref _paths[path.Id];
        PathState? before = slot.Path == path ? slot.State : null;
        slot = (path, path.State);
        return before;
    }

    /// <summary>Takes down how paths are that were not known: nothing is told of the first one, by which the session came.</summary>
    internal void Learn(IEnumerable<PeerPath> paths)
    {
        foreach (var path in paths)
            if (_paths[path.Id].Path != path) _paths[path.Id] = (path, path.State);
    }
}
