using System.Net;
using Holdfast.Control;
using Holdfast.Engine.Config;
using Holdfast.Engine.Health;
using Holdfast.Protocol.Paths;

namespace Holdfast.Engine.Uplinks;

/// <summary>An interface through which this host reaches others, as it is at one moment.</summary>
public sealed record Uplink
{
    /// <summary>What was said about it, or is usual for one that was found.</summary>
    public required UplinkConfig Config { get; init; }

    /// <summary>Whether the file lists it; otherwise it was found by its default route.</summary>
    public bool IsListed { get; init; }

    /// <summary>The interface's index, another one each time that it comes; 0 while it is gone.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>Whether it can be used, and why not.</summary>
    public UplinkState State { get; init; }

    /// <summary>Since when it is in this state.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Its addresses that others could answer to.</summary>
    public ValueList<IPAddress> Addresses { get; init; } = [];

    /// <summary>The next hop of its IPv4 default route; null without one, and where the wire has only two ends.</summary>
    public IPAddress? GatewayV4 { get; init; }

    /// <summary>The next hop of its IPv6 default route; as <see cref="GatewayV4"/>.</summary>
    public IPAddress? GatewayV6 { get; init; }

    /// <summary>Whether it leads to IPv4 addresses.</summary>
    public bool HasV4 { get; init; }

    /// <summary>Whether it leads to IPv6 addresses.</summary>
    public bool HasV6 { get; init; }

    /// <summary>The kernel's setting that has it drop answers (rp_filter), which is to be 2; null for none.</summary>
    public string? StrictFilter { get; init; }

    /// <summary>Whether it has, or once had, a default route: without one it leads nowhere then.</summary>
    internal (bool V4, bool V6) Expects { get; init; }

    /// <summary>How long it waits after it came back.</summary>
    internal HoldDown HoldDown { get; init; }

    /// <summary>Whether a wire is behind it that leads somewhere, also while it is held down.</summary>
    internal bool Leads => State is UplinkState.Up or UplinkState.Flapping;

    /// <summary>The interface's name.</summary>
    public string Interface => Config.Interface;

    /// <summary>Whether it can be used.</summary>
    public bool IsUp => State == UplinkState.Up;

    /// <summary>What keeps it from being used, in words; null for nothing.</summary>
    public string? Reason => State switch
    {
        UplinkState.Up => null,
        UplinkState.Gone => "gone",
        UplinkState.Down => "down",
        UplinkState.NoCarrier => "no carrier",
        UplinkState.NoAddress => "no address",
        UplinkState.NoGateway => "no gateway",
        UplinkState.Flapping => "flapping",
        _ => throw new InvalidOperationException($"No words for {State}."),
    };

    /// <summary>As a tunnel sees it.</summary>
    internal LocalUplink ToLocal() =>
        new(InterfaceIndex, HasV4, HasV6, Config.Weight, Config.IsMetered, Config.IsBackup);

    /// <summary>As clients see it.</summary>
    /// <param name="isBound">Whether tunnels have sockets of their own for uplinks.</param>
    internal UplinkStatus ToStatus(bool isBound) => new()
    {
        Interface = Interface,
        InterfaceIndex = InterfaceIndex == 0 ? null : InterfaceIndex,
        Up = IsUp,
        Reason = Reason,
        Since = Since,
        Addresses = [.. Addresses.Select(a => a.ToString())],
        GatewayV4 = GatewayV4?.ToString(),
        GatewayV6 = GatewayV6?.ToString(),
        Weight = Config.Weight,
        Metered = Config.IsMetered,
        Backup = Config.IsBackup,
        Listed = IsListed,
        Bound = isBound && IsUp,
        Warning = StrictFilter is null ? null : WarningOf(StrictFilter),
    };

    private static string WarningOf(string setting) =>
        $"a strict rp_filter drops answers, because another interface has the better default route: `sysctl -w {setting}=2`";
}
