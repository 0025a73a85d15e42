using Holdfast.Engine.Transports;
using Holdfast.Linux;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;

namespace Holdfast.Engine.DataPlane;

/// <summary>What the network says of datagrams that were sent, read from a socket's error queue.</summary>
internal sealed class InboundErrors(Tunnel tunnel)
{
    private readonly ErrorBatch _batch = new();

    /// <summary>Tells the tunnel one batch, and reads on. What is left makes the socket report again, in the next turn.</summary>
    internal void Run(UdpLane lane, UdpTransport transport, in Now now)
    {
        Tell(lane, transport, now);
        // They share the socket's buffer with data: in a flood, more are thrown away.
        for (var more = 1; more < EngineLimits.ErrorBatches && _batch.Count == ErrorBatch.Capacity; more++) lane.Socket.ReceiveErrors(_batch);
    }

    private void Tell(UdpLane lane, UdpTransport transport, in Now now)
    {
        lane.Socket.ReceiveErrors(_batch);
        for (var i = 0; i < _batch.Count; i++)
        {
            var error = _batch[i];
            if (error.Origin is not (ErrorOrigin.Icmp or ErrorOrigin.Icmp6)) continue; // who sent it was told already
            // Over IPv6 the socket of all others may hear of what an uplink's own has sent.
            var sender = transport.LaneOf(lane.Family, error.InterfaceIndex) ?? lane;
            tunnel.HandleUnreachable(error.To.ToEndpoint(), sender.InterfaceIndex, ToUnreachable(error), now);
        }
    }

    internal static Unreachable ToUnreachable(in DatagramError error) =>
        new(KindOf(error), error.From.ToEndpoint().Address, error.From.Family, error.Mtu);

    /// <summary>RFC 792 and RFC 1812 section 5.2.7.1; RFC 4443 section 3.</summary>
    private static UnreachableKind KindOf(in DatagramError error) => (error.Origin, error.Type, error.Code) switch
    {
        (ErrorOrigin.Icmp, 3, 9 or 10 or 13) or (ErrorOrigin.Icmp6, 1, 1 or 5 or 6) => UnreachableKind.Prohibited,
        _ => error.Errno switch
        {
            Errno.ENETUNREACH => UnreachableKind.Network,
            Errno.EHOSTUNREACH when error.Type == (error.Origin == ErrorOrigin.Icmp ? 3 : 1) => UnreachableKind.Host,
            Errno.ECONNREFUSED => UnreachableKind.Port,
            Errno.EMSGSIZE => UnreachableKind.TooBig,
            _ => UnreachableKind.Other,
        },
    };
}
