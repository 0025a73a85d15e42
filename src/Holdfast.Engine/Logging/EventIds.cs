namespace Holdfast.Engine.Logging;

/// <summary>Numbers of log events: stable, by room. 21xx tunnel, 22xx endpoints, 23xx network, 24xx state, 25xx faces, 26xx uplinks,
/// 27xx the log itself.</summary>
internal static class EventIds
{
    internal const int TunnelUp = 2101;
    internal const int TunnelEnded = 2102;
    internal const int SessionEstablished = 2103;
    internal const int HandshakeGivenUp = 2104;
    internal const int EndpointChanged = 2105;
    internal const int Reloaded = 2106;
    internal const int ReloadRefused = 2107;
    internal const int ConfigWarning = 2108;
    internal const int TunnelNotStarted = 2109;
    internal const int TunnelNotStopped = 2110;
    internal const int PathCarries = 2111;
    internal const int PathChanged = 2112;
    internal const int NotWarm = 2113;
    internal const int NameResolved = 2201;
    internal const int NameNotResolved = 2202;
    internal const int LookUpEnded = 2203;
    internal const int NetworkStep = 2301;
    internal const int FirewallMissing = 2303;
    internal const int NetworkGone = 2304;
    internal const int SettingNotRestored = 2305;
    internal const int NetworkStays = 2306;
    internal const int WithoutIpv6 = 2307;
    internal const int OffloadMissing = 2308;
    internal const int RunsRefused = 2309;
    internal const int StateUnavailable = 2401;
    internal const int ClientFailed = 2501;
    internal const int UplinkUp = 2601;
    internal const int UplinkOut = 2602;
    internal const int UplinkFiltered = 2603;
    internal const int UplinkWithoutSocket = 2604;
    internal const int UplinksUnseen = 2605;
    internal const int UplinkHeld = 2606;
    internal const int PeerEventsTooMany = 2701;
    internal const int PeerEventsLeftOut = 2702;
    internal const int PeersEventsTooMany = 2703;
    internal const int PeersEventsLeftOut = 2704;
    internal const int UplinkEventsTooMany = 2705;
    internal const int UplinkEventsLeftOut = 2706;
}
