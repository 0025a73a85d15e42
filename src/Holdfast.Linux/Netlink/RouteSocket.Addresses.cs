namespace Holdfast.Linux.Netlink;

public sealed partial class RouteSocket
{
    internal const ushort RTM_NEWADDR = 20;
    internal const ushort RTM_DELADDR = 21;
    internal const ushort RTM_GETADDR = 22;

    /// <summary>All addresses of the namespace, IPv4 and IPv6.</summary>
    /// <param name="interfaceIndex">One interface's alone; 0 for all.</param>
    /// <exception cref="LinuxException">The kernel refused; ENODEV: no such interface.</exception>
    public IReadOnlyList<AddressState> Addresses(int interfaceIndex = 0)
    {
        var flags = (ushort)(NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_DUMP);
        var message = new NetlinkWriter(_request, RTM_GETADDR, flags);
        message.U32(0);
        message.U32((uint)interfaceIndex);
        var found = Dump("list addresses", message.Message, AddressState.Parse);
        // A kernel without strict checking shows all of them.
        if (interfaceIndex != 0) found.RemoveAll(address => address.InterfaceIndex != interfaceIndex);
        return found;
    }

    /// <summary>Gives an interface an address.</summary>
    /// <param name="address">What is wanted.</param>
    /// <param name="replace">Change one that is there, instead of refusing.</param>
    /// <exception cref="LinuxException">EEXIST: it has it already; ENODEV; EACCES: IPv6 is switched off there; EPERM.</exception>
    public void AddAddress(AddressState address, bool replace = false)
    {
        ArgumentNullException.ThrowIfNull(address);
        var how = replace ? NetlinkMessage.NLM_F_REPLACE : NetlinkMessage.NLM_F_EXCL;
        var message = AddressMessage(RTM_NEWADDR, (ushort)(NetlinkMessage.NLM_F_CREATE | how), address);
        Change($"add address {address} to link {address.InterfaceIndex}", message.Message);
    }

    /// <summary>Takes an address away.</summary>
    /// <exception cref="LinuxException">EADDRNOTAVAIL: it isn't there; ENODEV; EPERM.</exception>
    public void DeleteAddress(AddressState address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var message = AddressMessage(RTM_DELADDR, 0, address);
        Change($"delete address {address} of link {address.InterfaceIndex}", message.Message);
    }

    private NetlinkWriter AddressMessage(ushort type, ushort flags, AddressState address)
    {
        flags |= NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_ACK;
        var message = new NetlinkWriter(_request, type, flags);
        address.Write(ref message);
        return message;
    }
}
