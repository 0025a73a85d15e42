using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol;

/// <summary>Where a tunnel puts decrypted packets: the device's write batch, or a simulated host.</summary>
public interface IPacketSink
{
    /// <summary>
    /// Room for one packet, the caller's to fill until <see cref="Commit"/>; forgotten with the next reservation if not
    /// committed.
    /// </summary>
    Span<byte> Reserve(int size);

    /// <summary>
    /// Delivers the first <paramref name="length"/> bytes of the reserved room. <paramref name="from"/> is the peer that
    /// sent them; null for what the tunnel itself tells its host (ICMP errors).
    /// </summary>
    void Commit(int length, Peer? from);
}
