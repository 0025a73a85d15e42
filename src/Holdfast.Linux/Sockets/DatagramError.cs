namespace Holdfast.Linux.Sockets;

/// <summary>What was said of a datagram that had been sent: by this host, or by another one with ICMP, which anybody can send.</summary>
/// <param name="Errno">What the kernel makes of it: ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EACCES, EMSGSIZE and others.</param>
/// <param name="Origin">Who says so.</param>
/// <param name="Type">The ICMP message's type; 0 if this host says so.</param>
/// <param name="Code">Its code.</param>
/// <param name="Mtu">With EMSGSIZE, what the way carries in bytes, IP header included; else 0.</param>
/// <param name="To">Where the datagram was to go.</param>
/// <param name="From">The host that says so, port 0; none if it is this one.</param>
public readonly record struct DatagramError(
    int Errno, ErrorOrigin Origin, byte Type, byte Code, int Mtu, DatagramAddress To, DatagramAddress From)
{
    /// <summary>The interface by which it was heard; 0 if that is not known. Of several sockets on one port it may be another one than sent
    /// the datagram that gets the error.</summary>
    public int InterfaceIndex { get; init; }
}
