using Microsoft.Win32.SafeHandles;

namespace Holdfast.Linux.Netlink;

public sealed partial class RouteSocket
{
    internal const ushort RTM_NEWLINK = 16;
    internal const ushort RTM_DELLINK = 17;
    internal const ushort RTM_GETLINK = 18;
    private const ushort VETH_INFO_PEER = 1;
    private const uint RTEXT_FILTER_SKIP_STATS = 8;
    private const string Carrier = "carrier";

    /// <summary>All interfaces of the namespace.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public IReadOnlyList<LinkState> Links()
    {
        var message = LinkMessage(RTM_GETLINK, NetlinkMessage.NLM_F_DUMP, 0);
        message.Attribute(LinkState.IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return Dump("list links", message.Message, LinkState.Parse);
    }

    /// <summary>An interface by name; null if there is none.</summary>
    /// <exception cref="LinuxException">The kernel refused; ERANGE: too long for a name.</exception>
    public LinkState? Link(string name)
    {
        var message = LinkMessage(RTM_GETLINK, 0, 0);
        message.Attribute(LinkState.IFLA_IFNAME, name);
        return Get($"read link {name}", message.Message, LinkState.Parse, Errno.ENODEV);
    }

    /// <summary>An interface by index; null if there is none.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public LinkState? Link(int index) =>
        Get($"read link {index}", LinkMessage(RTM_GETLINK, 0, index).Message, LinkState.Parse, Errno.ENODEV);

    /// <summary>Whether an interface has a wire behind it at this moment. The kernel's event may tell of a loss up to a second
    /// later (net/core/link_watch.c). Allocates nothing.</summary>
    /// <returns>False also where there is no such interface.</returns>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public bool HasCarrier(int index)
    {
        var message = LinkMessage(RTM_GETLINK, 0, index);
        message.Attribute(LinkState.IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return Get("read carrier", message.Message, CarrierOf, Errno.ENODEV) == Carrier;
    }

    private static string CarrierOf(ReadOnlySpan<byte> body)
    {
        if (body.Length < LinkState.BodySize) return "";
        var attributes = new AttributeReader(body[LinkState.BodySize..]);
        while (attributes.Next())
            if (attributes.Type == LinkState.IFLA_CARRIER) return attributes.U8() == 0 ? "" : Carrier;
        return "";
    }

    /// <summary>Switches an interface on or off.</summary>
    /// <exception cref="LinuxException">ENODEV: no such interface; EPERM: needs CAP_NET_ADMIN.</exception>
    public void SetUp(int index, bool up)
    {
        var flags = up ? LinkState.IFF_UP : 0;
        var message = LinkMessage(RTM_NEWLINK, NetlinkMessage.NLM_F_ACK, index, flags, LinkState.IFF_UP);
        Change($"set link {index} {(up ? "up" : "down")}", message.Message);
    }

    /// <summary>Sets an interface's largest packet, in bytes.</summary>
    /// <exception cref="LinuxException">EINVAL: out of its range; ENODEV; EPERM.</exception>
    public void SetMtu(int index, int mtu) =>
        SetLink($"set MTU of link {index} to {mtu}", index, LinkState.IFLA_MTU, (uint)mtu);

    /// <summary>Sets the largest packet in bytes that the host's stack hands to an interface to be cut: connections made from
    /// here on keep to it, and what is forwarded is cut by the host if it is larger.</summary>
    /// <exception cref="LinuxException">EINVAL or ERANGE: out of its range; ENODEV; EPERM.</exception>
    public void SetSuperPacketBytes(int index, int bytes) =>
        SetLink($"set gso_max_size of link {index} to {bytes}", index, LinkState.IFLA_GSO_MAX_SIZE, (uint)bytes);

    /// <summary>Makes an interface a port of a bridge or bond; 0 takes it out.</summary>
    /// <exception cref="LinuxException">EOPNOTSUPP: not one that has ports; ENODEV; EPERM.</exception>
    public void SetMaster(int index, int master) =>
        SetLink($"set master of link {index} to {master}", index, LinkState.IFLA_MASTER, (uint)master);

    /// <summary>Moves an interface to another namespace. Its addresses and routes are gone then.</summary>
    /// <param name="index">The interface.</param>
    /// <param name="space">The namespace.</param>
    /// <exception cref="LinuxException">EEXIST: the name is taken there; EINVAL: this one can't be moved; ENODEV;
    /// EPERM.</exception>
    public void Move(int index, SafeFileHandle space)
    {
        ArgumentNullException.ThrowIfNull(space);
        using var held = new HeldDescriptor(space);
        SetLink($"move link {index}", index, LinkState.IFLA_NET_NS_FD, (uint)held.Fd);
    }

    /// <summary>Gives an interface a text of up to 255 bytes (ifalias); an empty one takes it away.</summary>
    /// <exception cref="LinuxException">EINVAL or ERANGE: too long; ENODEV; EPERM.</exception>
    public void SetAlias(int index, string alias)
    {
        var message = LinkMessage(RTM_NEWLINK, NetlinkMessage.NLM_F_ACK, index);
        message.Attribute(LinkState.IFLA_IFALIAS, alias);
        Change($"set alias of link {index}", message.Message);
    }

    /// <summary>Renames an interface.</summary>
    /// <exception cref="LinuxException">EEXIST: the name is taken; EINVAL: not a name; ENODEV; EPERM.</exception>
    public void Rename(int index, string name)
    {
        var message = LinkMessage(RTM_NEWLINK, NetlinkMessage.NLM_F_ACK, index);
        message.Attribute(LinkState.IFLA_IFNAME, name);
        Change($"rename link {index} to {name}", message.Message);
    }

    /// <summary>Deletes an interface, with its addresses and routes; a veth's other end goes too.</summary>
    /// <exception cref="LinuxException">EOPNOTSUPP: hardware and loopback can't be deleted; ENODEV; EPERM.</exception>
    public void DeleteLink(int index) =>
        Change($"delete link {index}", LinkMessage(RTM_DELLINK, NetlinkMessage.NLM_F_ACK, index).Message);

    /// <summary>Makes an interface of a kind that needs nothing more: bridge, dummy, ifb.</summary>
    /// <exception cref="LinuxException">EEXIST: the name is taken; EOPNOTSUPP: the kernel doesn't know the kind;
    /// EPERM.</exception>
    public void CreateLink(string name, string kind)
    {
        var message = NewLink(name);
        var info = message.BeginNested(LinkState.IFLA_LINKINFO);
        message.Attribute(LinkState.IFLA_INFO_KIND, kind);
        message.EndNested(info);
        Change($"create {kind} {name}", message.Message);
    }

    /// <summary>Makes a wire with an interface at each end.</summary>
    /// <param name="name">The end in this namespace.</param>
    /// <param name="peer">The other end.</param>
    /// <param name="peerSpace">The namespace of the other end; null is this one.</param>
    /// <exception cref="LinuxException">EEXIST: a name is taken; EPERM: needs CAP_NET_ADMIN in both.</exception>
    public void CreateVeth(string name, string peer, SafeFileHandle? peerSpace = null)
    {
        using var held = peerSpace is null ? default : new HeldDescriptor(peerSpace);
        var message = NewLink(name);
        var info = message.BeginNested(LinkState.IFLA_LINKINFO);
        message.Attribute(LinkState.IFLA_INFO_KIND, "veth");
        var data = message.BeginNested(LinkState.IFLA_INFO_DATA);
        var other = message.BeginNested(VETH_INFO_PEER);
        WriteBody(ref message, 0, 0, 0);
        message.Attribute(LinkState.IFLA_IFNAME, peer);
        if (peerSpace is not null) message.Attribute(LinkState.IFLA_NET_NS_FD, (uint)held.Fd);
        message.EndNested(other);
        message.EndNested(data);
        message.EndNested(info);
        Change($"create veth {name} to {peer}", message.Message);
    }

    private void SetLink(string operation, int index, ushort attribute, uint value)
    {
        var message = LinkMessage(RTM_NEWLINK, NetlinkMessage.NLM_F_ACK, index);
        message.Attribute(attribute, value);
        Change(operation, message.Message);
    }

    private NetlinkWriter NewLink(string name)
    {
        const ushort Flags = NetlinkMessage.NLM_F_ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;
        var message = LinkMessage(RTM_NEWLINK, Flags, 0);
        message.Attribute(LinkState.IFLA_IFNAME, name);
        return message;
    }

    private NetlinkWriter LinkMessage(ushort type, ushort flags, int index, uint set = 0, uint change = 0)
    {
        var message = new NetlinkWriter(_request, type, (ushort)(NetlinkMessage.NLM_F_REQUEST | flags));
        WriteBody(ref message, index, set, change);
        return message;
    }

    // struct ifinfomsg
    private static void WriteBody(ref NetlinkWriter message, int index, uint set, uint change)
    {
        message.U32(0);
        message.U32((uint)index);
        message.U32(set);
        message.U32(change);
    }
}
