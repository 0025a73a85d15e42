using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol;

/// <summary>
/// Where a tunnel puts datagrams for the network: a transport's send batch, or a simulated wire. Messages are written
/// straight into its memory, so that each byte is passed over once.
/// </summary>
public interface IDatagramSink
{
    /// <summary>
    /// Room for one datagram to <paramref name="to"/> that leaves <paramref name="from"/> there. The memory is the caller's to fill until <see cref="Commit"/>; a
    /// reservation that is not committed is forgotten with the next. Never fails: a full sink makes room by itself.
    /// </summary>
    Span<byte> Reserve(in Endpoint to, in LocalAddress from, int size);

    /// <summary>
    /// Sends the first <paramref name="length"/> bytes of the reserved room, for <paramref name="owner"/>; null for answers to
    /// strangers. Its IP header gets <paramref name="ecn"/>. The tunnel hears of a failure by <see cref="Tunnel.SendFailed"/>.
    /// </summary>
    void Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner, Ecn ecn = Ecn.NotCapable);
}
