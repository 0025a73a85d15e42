using System.Collections;
using Holdfast.Control;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine;

/// <summary>
/// The peers of a tunnel as others see them. A page of them is copied at once; with more than a page, each further one is
/// fetched when its reader comes to it, so that ten thousand neither hold up packets nor stand in memory all at the same time.
/// </summary>
/// <param name="peers">All peers; those that go meanwhile are still told.</param>
/// <param name="first">The first page, or all.</param>
/// <param name="copy">Copies some on the engine's thread.</param>
internal sealed class PeerMoments(
    Peer[] peers, PeerMoment[] first, Func<ArraySegment<Peer>, Task<PeerMoment[]>> copy) : IReadOnlyList<PeerStatus>
{
    public int Count => peers.Length;

    public PeerStatus this[int index] =>
        (index < first.Length ? first[index] : Copy(index, 1)[0]).ToStatus();

    public IEnumerator<PeerStatus> GetEnumerator()
    {
        foreach (var peer in first) yield return peer.ToStatus();
        for (var start = first.Length; start < peers.Length; start += EngineLimits.PeersAtOnce)
        {
            foreach (var peer in Copy(start, Math.Min(EngineLimits.PeersAtOnce, peers.Length - start)))
                yield return peer.ToStatus();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // A serializer asks synchronously; the engine answers within a turn, and never waits for a reader.
    private PeerMoment[] Copy(int start, int count) =>
        copy(new ArraySegment<Peer>(peers, start, count)).GetAwaiter().GetResult();
}
