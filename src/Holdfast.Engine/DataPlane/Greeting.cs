using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine.DataPlane;

/// <summary>
/// What is said to all peers whose address is known, paced, so that a hub with thousands of sites goes on carrying. A starting
/// end greets them: whoever knows an address begins, so that a restart costs one round trip. An end with another port shows
/// them where it is.
/// </summary>
internal static class Greeting
{
    internal static async Task RunAsync(EngineLoop loop, Action<Tunnel, Peer, Now> say, CancellationToken ended)
    {
        var waiting = await loop.AskAsync(() => new Queue<Peer>(loop.Tunnel.Peers.Where(peer => peer.Endpoint.IsKnown)))
            .ConfigureAwait(false);
        while (waiting.Count > 0)
        {
            await loop.AskAsync(() => SayToSome(loop.Tunnel, waiting, say)).ConfigureAwait(false);
            if (waiting.Count > 0) await Task.Delay(EngineLimits.GreetingInterval, ended).ConfigureAwait(false);
        }
    }

    private static bool SayToSome(Tunnel tunnel, Queue<Peer> waiting, Action<Tunnel, Peer, Now> say)
    {
        var now = Clock.Read();
        for (var i = 0; i < EngineLimits.GreetingBurst && waiting.TryDequeue(out var peer); i++)
        {
            if (tunnel.FindPeer(peer.PublicKey) == peer) say(tunnel, peer, now);
        }
        return true;
    }
}
