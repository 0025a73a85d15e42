using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Holdfast.Linux.Netlink;

/// <summary>An address of an interface (RTM_NEWADDR, rtnetlink(7)).</summary>
public sealed record AddressState
{
    // linux/if_addr.h
    internal const ushort IFA_ADDRESS = 1;
    internal const ushort IFA_LOCAL = 2;
    internal const ushort IFA_LABEL = 3;
    internal const ushort IFA_FLAGS = 8;
    internal const ushort IFA_PROTO = 11;
    internal const int BodySize = 8;

    /// <summary>The interface.</summary>
    public required int InterfaceIndex { get; init; }

    /// <summary>The address.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Bits of its prefix: 0 to 32, or 0 to 128.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>The other end's address on a wire of two; the prefix is the peer's then. Null for none.</summary>
    public IPAddress? Peer { get; init; }

    /// <summary>Flags.</summary>
    public AddressFlags Flags { get; init; }

    /// <summary>Who set it (IFA_PROTO); 0 where unknown, and before Linux 5.18.</summary>
    public byte Protocol { get; init; }

    /// <summary>How far it is valid: 0 everywhere, 253 on this link, 254 on this host.</summary>
    public byte Scope { get; init; }

    /// <summary>IPv4's label, which is mostly the interface's name; null for none.</summary>
    public string? Label { get; init; }

    /// <summary>IPv4 or IPv6.</summary>
    public AddressFamily Family => Address.AddressFamily;

    /// <summary>As ip(8) writes it: 10.7.0.2/24, or 10.0.0.1 peer 10.0.0.2/32.</summary>
    public override string ToString() =>
        Peer is null ? $"{Address}/{PrefixLength}" : $"{Address} peer {Peer}/{PrefixLength}";

    /// <summary>Reads the body of an RTM_NEWADDR or RTM_DELADDR.</summary>
    /// <returns>Null if the bytes contradict themselves.</returns>
    internal static AddressState? Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length < BodySize) return null;
        IPAddress? local = null, address = null;
        var state = new AddressState
        {
            PrefixLength = body[1],
            Flags = (AddressFlags)body[2],
            Scope = body[3],
            InterfaceIndex = MemoryMarshal.Read<int>(body[4..]),
            Address = IPAddress.None,
        };
        var attributes = new AttributeReader(body[BodySize..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case IFA_LOCAL: local = attributes.Address(); break;
                case IFA_ADDRESS: address = attributes.Address(); break;
                case IFA_FLAGS: state = state with { Flags = (AddressFlags)attributes.U32() }; break;
                case IFA_PROTO: state = state with { Protocol = attributes.U8() }; break;
                case IFA_LABEL: state = state with { Label = attributes.Text() }; break;
                default: break;
            }
        }
        var own = local ?? address;
        if (attributes.Malformed || own is null || Prefix.Of(own, state.PrefixLength) is null) return null;
        return state with { Address = own, Peer = local is null || local.Equals(address) ? null : address };
    }

    internal void Write(ref NetlinkWriter message)
    {
        message.U8((byte)(Family == AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET));
        message.U8((byte)PrefixLength);
        message.U8((byte)Flags);
        message.U8(Scope);
        message.U32((uint)InterfaceIndex);
        message.Attribute(IFA_LOCAL, Address);
        message.Attribute(IFA_ADDRESS, Peer ?? Address);
        if (((uint)Flags & ~0xffu) != 0) message.Attribute(IFA_FLAGS, (uint)Flags);
        if (Protocol != 0) message.Attribute(IFA_PROTO, Protocol);
        if (Label is not null) message.Attribute(IFA_LABEL, Label);
    }
}
