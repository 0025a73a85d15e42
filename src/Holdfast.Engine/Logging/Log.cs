using System.Net;
using Holdfast.Engine.Logging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine;

#pragma warning disable SYSLIB1015 // what a text does not mention is a field of the event all the same

/// <summary>Every event of the engine: changes only, never a packet. The names of values are those of <see cref="EventRecorder"/>:
/// from, to and reason say what changed and why.</summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.TunnelUp, LogLevel.Information, "{Tunnel} is up: listening on port {Port}, {Peers} peers")]
    internal static partial void TunnelUp(ILogger log, string tunnel, int port, int peers);

    [LoggerMessage(EventIds.TunnelEnded, LogLevel.Information, "{Tunnel} ended: {Reason}")]
    internal static partial void TunnelEnded(ILogger log, string tunnel, string reason);

    [LoggerMessage(EventIds.SessionEstablished, LogLevel.Information, "Session with {Peer} at {Endpoint}")]
    internal static partial void SessionEstablished(
        ILogger log, string peer, string endpoint, string publicKey, string from, string to);

    [LoggerMessage(EventIds.HandshakeGivenUp, LogLevel.Information,
        "{Peer} at {Endpoint} answers no handshake; trying again when there is data for it")]
    internal static partial void HandshakeGivenUp(
        ILogger log, string peer, string endpoint, string publicKey, string from, string to, string cause);

    [LoggerMessage(EventIds.EndpointChanged, LogLevel.Information, "{Peer} is at {Endpoint}")]
    internal static partial void EndpointChanged(
        ILogger log, string peer, string endpoint, string publicKey, string? from, string to);

    [LoggerMessage(EventIds.PathCarries, LogLevel.Information, "{Peer}: the path by {Uplink} to {Endpoint} carries: {Reason}")]
    internal static partial void PathCarries(
        ILogger log, string peer, string uplink, string endpoint, string reason, string publicKey, string? from, string to);

    [LoggerMessage(EventIds.PathChanged, LogLevel.Information, "{Peer}: the path by {Uplink} to {Endpoint} is {State}: {Reason}")]
    internal static partial void PathChanged(
        ILogger log, string peer, string uplink, string endpoint, string state, string reason, string publicKey, string? from);

    [LoggerMessage(EventIds.Reloaded, LogLevel.Information, "{File} is in force")]
    internal static partial void Reloaded(ILogger log, string file);

    [LoggerMessage(EventIds.ReloadRefused, LogLevel.Error, "{Error} (the last good configuration stays in force)")]
    internal static partial void ReloadRefused(ILogger log, string error);

    [LoggerMessage(EventIds.ConfigWarning, LogLevel.Warning, "{Warning}")]
    internal static partial void ConfigWarning(ILogger log, string warning);

    [LoggerMessage(EventIds.TunnelNotStarted, LogLevel.Error, "{Tunnel} does not start ({Error}), trying again in {Wait}")]
    internal static partial void TunnelNotStarted(ILogger log, string tunnel, string error, TimeSpan wait);

    [LoggerMessage(EventIds.TunnelNotStopped, LogLevel.Error, "{Tunnel} did not stop or go back cleanly ({Error}), going on")]
    internal static partial void TunnelNotStopped(ILogger log, string tunnel, string error);

    [LoggerMessage(EventIds.NameResolved, LogLevel.Debug, "{Host} is {Address}")]
    internal static partial void NameResolved(ILogger log, string host, IPAddress address);

    [LoggerMessage(EventIds.NameNotResolved, LogLevel.Warning,
        "{Host} can't be looked up ({Error}), trying the next endpoint, and this one again later")]
    internal static partial void NameNotResolved(ILogger log, string host, string error);

    [LoggerMessage(EventIds.LookUpEnded, LogLevel.Debug, "Looking up {Host} ended with the tunnel")]
    internal static partial void LookUpEnded(ILogger log, string host);

    [LoggerMessage(EventIds.NetworkStep, LogLevel.Debug, "{Verb} {Entry}")]
    internal static partial void NetworkStep(ILogger log, string verb, string entry);

    [LoggerMessage(EventIds.NetworkGone, LogLevel.Debug, "{Entry} was gone already")]
    internal static partial void NetworkGone(ILogger log, string entry);

    [LoggerMessage(EventIds.NetworkStays, LogLevel.Warning, "Could not {What} ({Error}), going on with the rest")]
    internal static partial void NetworkStays(ILogger log, string what, string error);

    [LoggerMessage(EventIds.FirewallMissing, LogLevel.Warning,
        "nft is not installed (Debian package nftables), going on without: packets to the tunnel's own addresses that come "
        + "by other ways are not dropped, and a strict rp_filter may drop answers from the endpoint")]
    internal static partial void FirewallMissing(ILogger log);

    [LoggerMessage(EventIds.WithoutIpv6, LogLevel.Warning,
        "IPv6 is off on this host, going on without: {Tunnel} gets no IPv6 addresses and routes")]
    internal static partial void WithoutIpv6(ILogger log, string tunnel);

    [LoggerMessage(EventIds.OffloadMissing, LogLevel.Information,
        "This kernel does not {What}, going on without: each packet costs more")]
    internal static partial void OffloadMissing(ILogger log, string what);

    [LoggerMessage(EventIds.NotWarm, LogLevel.Information,
        "Could not warm up ({Error}): the first packets may find the runtime busy with compiling for them")]
    internal static partial void NotWarm(ILogger log, string error);

    [LoggerMessage(EventIds.RunsRefused, LogLevel.Information,
        "The way to {Endpoint} does not take datagrams in runs ({Error}): they go one by one, as to any other place that refuses "
        + "them, and each is asked again from time to time")]
    internal static partial void RunsRefused(ILogger log, System.Net.IPEndPoint? endpoint, string error);

    [LoggerMessage(EventIds.SettingNotRestored, LogLevel.Warning, "{Name} could not be set back to {Value}: {Error}")]
    internal static partial void SettingNotRestored(ILogger log, string name, string value, string error);

    [LoggerMessage(EventIds.StateUnavailable, LogLevel.Warning,
        "State can't be kept ({Error}), going on without: after a restart peers must be found by their configuration")]
    internal static partial void StateUnavailable(ILogger log, string error);

    [LoggerMessage(EventIds.UplinkUp, LogLevel.Information, "Uplink {Uplink} is up: {Addresses}")]
    internal static partial void UplinkUp(ILogger log, string uplink, string addresses, string? from, string to);

    [LoggerMessage(EventIds.UplinkOut, LogLevel.Information, "Uplink {Uplink} is out ({Reason}), going on with what is left")]
    internal static partial void UplinkOut(ILogger log, string uplink, string? reason, string? from, string? to);

    [LoggerMessage(EventIds.UplinkHeld, LogLevel.Information,
        "Uplink {Uplink} has come and gone too often, going on with the others: it is used again once it has stayed for {Wait}")]
    internal static partial void UplinkHeld(ILogger log, string uplink, TimeSpan wait, string? from, string? to);

    [LoggerMessage(EventIds.UplinkFiltered, LogLevel.Warning,
        "A strict rp_filter drops what comes by uplink {Uplink}, because another interface has the better default route: "
        + "`sysctl -w {Setting}=2`; going on with what gets through")]
    internal static partial void UplinkFiltered(ILogger log, string uplink, string setting);

    [LoggerMessage(EventIds.UplinkWithoutSocket, LogLevel.Warning,
        "Uplink {Index} gets no socket of its own ({Error}), going on with the others")]
    internal static partial void UplinkWithoutSocket(ILogger log, int index, string error);

    [LoggerMessage(EventIds.UplinksUnseen, LogLevel.Warning,
        "Uplinks can't be looked at ({Error}), going on with what is known and trying again in {Wait}")]
    internal static partial void UplinksUnseen(ILogger log, string error, TimeSpan wait);

    [LoggerMessage(EventIds.ClientFailed, LogLevel.Debug, "A client of {Socket} was cut off: {Error}")]
    internal static partial void ClientFailed(ILogger log, string socket, string error);

    [LoggerMessage(EventIds.PeerEventsTooMany, LogLevel.Warning,
        "{Peer} causes more than {Most} events a minute, leaving out the rest: `holdfast status {Tunnel}` shows how it is")]
    internal static partial void PeerEventsTooMany(ILogger log, string peer, int most, string tunnel, string publicKey);

    [LoggerMessage(EventIds.PeerEventsLeftOut, LogLevel.Information, "{Peer}: {Count} events were left out")]
    internal static partial void PeerEventsLeftOut(ILogger log, string peer, int count, string publicKey);

    [LoggerMessage(EventIds.PeersEventsTooMany, LogLevel.Warning,
        "Peers cause more than {Most} events a minute, leaving out the rest: `holdfast status {Tunnel}` shows how they are")]
    internal static partial void PeersEventsTooMany(ILogger log, int most, string tunnel);

    [LoggerMessage(EventIds.PeersEventsLeftOut, LogLevel.Information, "{Count} events of peers were left out")]
    internal static partial void PeersEventsLeftOut(ILogger log, int count);

    [LoggerMessage(EventIds.UplinkEventsTooMany, LogLevel.Warning,
        "Uplinks change more than {Most} times a minute, leaving out the rest: `holdfast uplink list` shows how they are")]
    internal static partial void UplinkEventsTooMany(ILogger log, int most);

    [LoggerMessage(EventIds.UplinkEventsLeftOut, LogLevel.Information, "{Count} changes of uplinks were left out")]
    internal static partial void UplinkEventsLeftOut(ILogger log, int count);
}
