namespace Holdfast.Labs;

/// <summary>An Ethernet segment: a host of its own with a bridge, and a veth pair from it to each member.</summary>
public sealed class Lan
{
    private const string Bridge = "br0";

    private readonly Dictionary<Host, Member> _members;

    private Lan(string name, Host switchHost, Dictionary<Host, Member> members)
    {
        Name = name;
        Switch = switchHost;
        _members = members;
    }

    /// <summary>Its name, which is the members' interface too.</summary>
    public string Name { get; }

    /// <summary>The host that has the bridge.</summary>
    public Host Switch { get; }

    /// <summary>A member's interface.</summary>
    /// <param name="host">The member.</param>
    public LinkEnd this[Host host] => _members[host].End;

    internal static async Task<Lan> Make(string name, int number, Host switchHost, IReadOnlyList<Host> hosts)
    {
        await switchHost.Ip($"link add {Bridge} type bridge mcast_snooping 0",
            $"link set dev {Bridge} addrgenmode none up");
        var members = new Dictionary<Host, Member>();
        foreach (var host in hosts)
        {
            var port = new LinkEnd(switchHost, $"port{members.Count + 1}", []);
            var end = new LinkEnd(host, name, AddressPlan.Public(number, members.Count + 1));
            await Veth.CreatePair(end, port);
            await switchHost.Ip($"link set dev {port.Interface} addrgenmode none master {Bridge} up");
            await end.Configure(mtu: 1500);
            members[host] = new Member(end, port.Interface);
        }
        return new Lan(name, switchHost, members);
    }

    /// <summary>Takes a member's carrier away, as pulling its cable does.</summary>
    /// <param name="host">The member.</param>
    public Task Unplug(Host host) => Switch.Ip($"link set dev {_members[host].Port} down");

    /// <summary>Gives a member its carrier back.</summary>
    /// <param name="host">The member.</param>
    public Task Plug(Host host) => Switch.Ip($"link set dev {_members[host].Port} up");

    private sealed record Member(LinkEnd End, string Port);
}
