using System.Net.Sockets;
using Holdfast.Engine.Config;
using Holdfast.Linux.Netlink;
using Holdfast.Protocol;

namespace Holdfast.Engine.Uplinks;

/// <summary>Which interfaces are uplinks, and how each is: pure, from what the kernel shows and what was known before.</summary>
internal static class UplinkDecision
{
    /// <summary>Kinds of interfaces that reach others through uplinks, and are none.</summary>
    private static readonly HashSet<string> Tunnels =
    [
        "tun", "wireguard", "ipip", "sit", "gre", "gretap", "erspan", "ip6gre", "ip6gretap", "ip6erspan", "ip6tnl", "vti", "vti6",
        "xfrm", "vxlan", "geneve", "amt", "bareudp",
    ];

    /// <summary>The uplinks: those listed, in their order; without a list, every interface that has a default route, or had one
    /// since this process knows of it.</summary>
    /// <param name="listed">The file's list.</param>
    /// <param name="facts">What the kernel shows.</param>
    /// <param name="before">What was decided last.</param>
    /// <param name="now">Since when a state holds that is another one than before.</param>
    internal static IReadOnlyList<Uplink> Decide(
        ValueList<UplinkConfig> listed, UplinkFacts facts, IReadOnlyList<Uplink> before, in Now now)
    {
        var isListed = listed.Count > 0;
        var known = before.Where(uplink => uplink.IsListed == isListed).ToDictionary(uplink => uplink.Interface);
        var wanted = isListed ? listed : Found(facts, known.Values);
        var uplinks = wanted.Select(config => Look(config, facts, known.GetValueOrDefault(config.Interface)) with
        {
            IsListed = isListed,
        });
        var since = DateTimeOffset.UnixEpoch.AddTicks(now.UnixNanoseconds / TimeSpan.NanosecondsPerTick);
        return [.. Held(uplinks, known, now.Mono).Select(uplink => uplink with
        {
            Since = known.GetValueOrDefault(uplink.Interface) is { } was && was.State == uplink.State ? was.Since : since,
        })];
    }

    /// <summary>What flaps is not used before its time, unless nothing else leads where it does. What is used stays so.</summary>
    private static IEnumerable<Uplink> Held(IEnumerable<Uplink> looks, Dictionary<string, Uplink> known, MonoTime now)
    {
        var uplinks = looks.Select(uplink => Count(uplink, known.GetValueOrDefault(uplink.Interface), now)).ToArray();
        var v4 = Array.Exists(uplinks, u => u.HasV4 && (IsOver(u) || Before(u) is { HasV4: true }));
        var v6 = Array.Exists(uplinks, u => u.HasV6 && (IsOver(u) || Before(u) is { HasV6: true }));
        foreach (var uplink in uplinks)
        {
            if (!uplink.IsUp || IsOver(uplink)) yield return uplink;
            else yield return Hold(uplink, v4 && Before(uplink) is not { HasV4: true }, v6 && Before(uplink) is not { HasV6: true });
        }

        bool IsOver(Uplink uplink) => uplink.HoldDown.Until.Passed(now);
        Uplink? Before(Uplink uplink) => known.GetValueOrDefault(uplink.Interface);
    }

    private static Uplink Hold(Uplink uplink, bool v4, bool v6)
    {
        var (hasV4, hasV6) = (uplink.HasV4 && !v4, uplink.HasV6 && !v6);
        return uplink with { State = hasV4 || hasV6 ? UplinkState.Up : UplinkState.Flapping, HasV4 = hasV4, HasV6 = hasV6 };
    }

    /// <summary>Counts losses and returns.</summary>
    private static Uplink Count(Uplink uplink, Uplink? before, MonoTime now)
    {
        var hold = before?.HoldDown ?? default;
        if (before is { Leads: true } && !uplink.Leads) hold = hold.Lost(now);
        else if (before is { Leads: false } && uplink.Leads) hold = hold.Returned(now);
        return uplink with { HoldDown = hold };
    }

    private static IEnumerable<UplinkConfig> Found(UplinkFacts facts, IEnumerable<Uplink> known)
    {
        var leading = facts.Links.Where(MayBeUplink)
            .Where(link => facts.Defaults.Any(route => route.InterfaceIndex == link.Index)).Select(link => link.Name);
        // One that lost its route, or went, is still what tunnels miss.
        var missing = known.Where(uplink => MayStay(uplink, facts)).OrderBy(uplink => uplink.State == UplinkState.Gone)
            .Select(uplink => uplink.Interface);
        return leading.Order(StringComparer.Ordinal).Union(missing).Take(EngineLimits.Uplinks)
            .Order(StringComparer.Ordinal).Select(name => new UplinkConfig(name));
    }

    private static bool MayBeUplink(LinkState link) =>
        !link.IsLoopback && link.MasterIndex == 0 && !(link.Kind is { } kind && Tunnels.Contains(kind));

    private static bool MayStay(Uplink uplink, UplinkFacts facts)
    {
        if (facts.Links.FirstOrDefault(link => link.Name == uplink.Interface) is { } there) return MayBeUplink(there);
        return facts.Links.All(link => link.Index != uplink.InterfaceIndex); // otherwise it was renamed
    }

    private static Uplink Look(UplinkConfig config, UplinkFacts facts, Uplink? before) =>
        facts.Links.FirstOrDefault(link => link.Name == config.Interface) is { } there ? Look(config, there, facts, before)
        : new Uplink { Config = config, State = UplinkState.Gone, Expects = before?.Expects ?? default };

    private static Uplink Look(UplinkConfig config, LinkState link, UplinkFacts facts, Uplink? before)
    {
        var (v4, v6) = (facts.BestBy(link.Index, AddressFamily.InterNetwork), facts.BestBy(link.Index, AddressFamily.InterNetworkV6));
        var expects = (V4: v4 is not null || before is { Expects.V4: true }, V6: v6 is not null || before is { Expects.V6: true });
        var addresses = facts.Addresses.Where(a => a.InterfaceIndex == link.Index && IsUsable(a)).ToArray();
        // A listed one that never had a default route leads to what is on its wire, or to what other routes say.
        var isPlainWire = expects is { V4: false, V6: false };
        var hasV4 = (v4 is not null || isPlainWire) && Array.Exists(addresses, a => a.Family == AddressFamily.InterNetwork);
        var hasV6 = (v6 is not null || isPlainWire) && Array.Exists(addresses, a => a.Family == AddressFamily.InterNetworkV6);
        var state = !link.IsUp ? UplinkState.Down
            : !(link.IsRunning && link.HasCarrier) ? UplinkState.NoCarrier
            : addresses.Length == 0 ? UplinkState.NoAddress
            : hasV4 || hasV6 ? UplinkState.Up : UplinkState.NoGateway;
        return new Uplink
        {
            Config = config,
            InterfaceIndex = link.Index,
            State = state,
            Addresses = [.. addresses.Select(a => a.Address)],
            GatewayV4 = v4?.Gateway,
            GatewayV6 = v6?.Gateway,
            HasV4 = hasV4 && state == UplinkState.Up,
            HasV6 = hasV6 && state == UplinkState.Up,
            StrictFilter = IsFiltered(link, v4, facts) ? $"net.ipv4.conf.{link.Name.Replace('.', '/')}.rp_filter" : null,
            Expects = expects,
        };
    }

    private static bool IsUsable(AddressState address) => address.Scope == Route.ScopeUniverse
        && (address.Flags & (AddressFlags.Tentative | AddressFlags.DuplicateFound)) == 0;

    /// <summary>Whether the kernel drops what comes by this interface, because answers would leave by a better one.</summary>
    private static bool IsFiltered(LinkState link, DefaultRoute? own, UplinkFacts facts) =>
        own is { } route && facts.Strict.Contains(link.Name) && facts.Defaults.Any(other =>
            other.Family == route.Family && other.InterfaceIndex != link.Index && other.Metric < route.Metric);
}
