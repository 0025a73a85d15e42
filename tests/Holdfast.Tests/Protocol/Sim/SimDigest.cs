using System.Runtime.CompilerServices;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>One number for all that a stranger must not change in a tunnel: sessions, timers, endpoints, what waits.</summary>
internal static class SimDigest
{
    public static ulong Of(Tunnel tunnel)
    {
        var sum = (ulong)tunnel.Indices;
        foreach (var peer in tunnel.Peers) sum = Mix(sum, Of(peer));
        return sum;
    }

    private static ulong Of(Peer peer)
    {
        ref readonly var timers = ref peer.Timers;
        var sum = Mix(Identity(peer.Current), Identity(peer.Previous));
        sum = Mix(Mix(sum, Identity(peer.Next)), Identity(peer.Initiation));
        sum = Mix(Mix(sum, (ulong)timers.Retransmit.Nanoseconds), (ulong)timers.Keepalive.Nanoseconds);
        sum = Mix(Mix(sum, (ulong)timers.NewHandshake.Nanoseconds), (ulong)timers.ZeroKeys.Nanoseconds);
        sum = Mix(Mix(sum, (ulong)timers.PersistentKeepalive.Nanoseconds), (ulong)peer.LastInitiationAccepted.Nanoseconds);
        sum = Mix(Mix(sum, peer.LatestTimestamp.Seconds), peer.LatestTimestamp.Nanoseconds);
        sum = Mix(Mix(sum, peer.Endpoint.Address.Low), peer.Endpoint.Address.High);
        sum = Mix(Mix(sum, peer.Endpoint.Port), (ulong)peer.Staged.Count);
        sum = Mix(Mix(sum, (ulong)peer.HandshakeAttempts), (ulong)peer.Handshakes);
        return Mix(Mix(sum, (peer.Current?.SendCounter ?? 0) ^ ((ulong)(peer.Cipher ?? 0) << 63)), (ulong)peer.ReceivedBytes);
    }

    private static ulong Identity(object? o) => o is null ? 0 : (ulong)RuntimeHelpers.GetHashCode(o);

    /// <summary>
    /// The multiplier is not that of <see cref="SimRandom"/>: seeds made with its own would begin streams a few steps apart.
    /// </summary>
    public static ulong Mix(ulong sum, ulong value)
    {
        var mixed = (sum ^ value) * 0xD6E8FEB86659FD93;
        return mixed ^ (mixed >> 32);
    }
}
