using Holdfast.Fuzz.Targets;

namespace Holdfast.Fuzz;

/// <summary>The targets, by name.</summary>
internal static class TargetList
{
    private static readonly Dictionary<string, Func<Target>> Makers = new()
    {
        ["datagram"] = () => new DatagramTarget(),
        ["handshake"] = () => new HandshakeTarget(),
        ["transport"] = () => new TransportTarget(),
        ["frame"] = () => new FrameTarget(),
        ["path-frame"] = () => new PathTarget(),
        ["packet"] = () => new PacketTarget(),
        ["icmp"] = () => new IcmpTarget(),
        ["netlink"] = () => new NetlinkTarget(),
        ["wg-set"] = () => new WireGuardSetTarget(),
        ["lines"] = () => new LinesTarget(),
        ["wg-quick"] = () => new WgQuickTarget(),
        ["yaml"] = () => new YamlTarget(),
        ["rt-tables"] = () => new TableNamesTarget(),
        ["control-request"] = () => new ControlRequestTarget(),
        ["control-reply"] = () => new ControlReplyTarget(),
        ["run-record"] = () => new RunRecordTarget(),
        ["state-rows"] = () => new StateRowsTarget(),
        ["state-file"] = () => new StateFileTarget(),
    };

    internal static IReadOnlyList<string> Names => [.. Makers.Keys];

    internal static Target Make(string name) => Makers[name]();
}
