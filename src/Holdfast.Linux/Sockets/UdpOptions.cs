using System.Net;

namespace Holdfast.Linux.Sockets;

/// <summary>How a UDP socket is opened.</summary>
public sealed record UdpOptions
{
    /// <summary>The address to bind to, of the socket's family; null is any.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The port; 0 takes any that is free.</summary>
    public int Port { get; init; }

    /// <summary>The mark of what is sent (SO_MARK), for policy rules; 0 is none. Needs CAP_NET_ADMIN.</summary>
    public uint Mark { get; init; }

    /// <summary>The interface that alone is used (SO_BINDTOIFINDEX, Linux 5.1); 0 is all.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>Bytes of the receive buffer (SO_RCVBUF); 0 leaves the system's default. Beyond the system's limit with
    /// CAP_NET_ADMIN, otherwise cut to it.</summary>
    public int ReceiveBuffer { get; init; }

    /// <summary>Bytes of the send buffer (SO_SNDBUF); as <see cref="ReceiveBuffer"/>.</summary>
    public int SendBuffer { get; init; }

    /// <summary>What happens to a datagram that is too large.</summary>
    public PathMtuDiscovery PathMtu { get; init; } = PathMtuDiscovery.Want;

    /// <summary>Let the kernel put datagrams of one sender and size together on the way in (UDP_GRO), where it can.</summary>
    public bool JoinsReceived { get; init; }

    /// <summary>Tell the traffic class that datagrams come with (IP_RECVTOS, IPV6_RECVTCLASS).</summary>
    public bool TellsTrafficClass { get; init; }

    /// <summary>Tell what the network says of datagrams that were sent (IP_RECVERR, IPV6_RECVERR): <see cref="UdpSocket.ReceiveErrors"/>.
    /// Then ENOBUFS is told, too, of a datagram that the interface's own queue drops; without it that counts as sent.</summary>
    public bool TellsErrors { get; init; }
}
