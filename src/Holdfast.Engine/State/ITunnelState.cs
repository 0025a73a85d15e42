using Holdfast.Protocol.Wire;

namespace Holdfast.Engine.State;

/// <summary>What one tunnel keeps on disk. Writes return at once and reach the disk soon after, in order.</summary>
internal interface ITunnelState
{
    /// <summary>What an earlier engine of this tunnel left. Called once, at start.</summary>
    TunnelMemory Load();

    /// <summary>Keeps the UDP port, so that a tunnel that may have any is found where its peers remember it.</summary>
    void RememberPort(ushort port);

    /// <summary>Keeps where a peer is.</summary>
    void Remember(PeerState peer);

    /// <summary>Keeps a timestamp above all that will have been sent until the next call.</summary>
    void ReserveTimestamps(Tai64n ceiling);
}
