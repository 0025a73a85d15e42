using System.Net.Sockets;

namespace Holdfast.Linux.Netlink;

public sealed partial class RouteSocket
{
    internal const ushort RTM_NEWRULE = 32;
    internal const ushort RTM_DELRULE = 33;
    internal const ushort RTM_GETRULE = 34;

    /// <summary>All policy rules, in the order in which they are asked.</summary>
    /// <param name="family">InterNetwork or InterNetworkV6.</param>
    /// <exception cref="LinuxException">EAFNOSUPPORT: the kernel has no policy routing; or it refused.</exception>
    public IReadOnlyList<PolicyRule> Rules(AddressFamily family)
    {
        var flags = (ushort)(NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_DUMP);
        var message = new NetlinkWriter(_request, RTM_GETRULE, flags);
        message.U8(NumberOf(family));
        message.U8(0);
        message.U16(0);
        message.U32(0);
        message.U32(0);
        return Dump("list rules", message.Message, PolicyRule.Parse);
    }

    /// <summary>Adds a rule.</summary>
    /// <exception cref="LinuxException">EEXIST: the same is there; EINVAL; EPERM.</exception>
    public void AddRule(PolicyRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var message = RuleMessage(RTM_NEWRULE, NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL, rule);
        Change($"add rule {rule}", message.Message);
    }

    /// <summary>Deletes the first rule that has everything that is said here; what is not said doesn't count.</summary>
    /// <exception cref="LinuxException">ENOENT: there is none; EPERM.</exception>
    public void DeleteRule(PolicyRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        Change($"delete rule {rule}", RuleMessage(RTM_DELRULE, 0, rule).Message);
    }

    private NetlinkWriter RuleMessage(ushort type, ushort flags, PolicyRule rule)
    {
        flags |= NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_ACK;
        var message = new NetlinkWriter(_request, type, flags);
        rule.Write(ref message);
        return message;
    }
}
