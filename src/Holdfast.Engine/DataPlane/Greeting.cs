using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine.DataPlane;

/// <summary>
/// A starting end greets its peers: whoever knows an address begins, so that a restart costs one round trip. Paced, so that a
/// hub with thousands of sites goes on carrying.
/// </summary>
internal static class Greeting
{
    internal static async Task RunAsync(EngineLoop loop, CancellationToken ended)
    {
        var waiting = await loop.AskAsync(() => new Queue<Peer>(loop.Tunnel.Peers)).ConfigureAwait(false);
        while (waiting.Count > 0)
        {
            await loop.AskAsync(() => GreetSome(loop.Tunnel, waiting)).ConfigureAwait(false);
            if (waiting.Count > 0) await Task.Delay(EngineLimits.GreetingInterval, ended).ConfigureAwait(false);
        }
    }

    private static bool GreetSome(Tunnel tunnel, Queue<Peer> waiting)
    {
        var now = Clock.Read();
        for (var i = 0; i < EngineLimits.GreetingBurst && waiting.TryDequeue(out var peer); i++)
        {
            if (tunnel.FindPeer(peer.PublicKey) == peer) tunnel.Greet(peer, now);
        }
        return true;
    }
}
