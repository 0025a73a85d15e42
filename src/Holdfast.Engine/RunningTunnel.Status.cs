using Holdfast.Control;
using Holdfast.Engine.Config;
using Holdfast.Linux;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine;

// What others may know of the tunnel: records made on its thread, so that nobody else ever reads its state.
public sealed partial class RunningTunnel
{
    private TunnelStatus Status()
    {
        var tunnel = _loop.Tunnel;
        var counters = _loop.DeviceCounters;
        var drops = DropNames.Of(tunnel.Drops);
        if (counters.Failed > 0) drops[DropNames.Of(Drop.WriteFailed)] = counters.Failed;
        return new TunnelStatus
        {
            Name = Name,
            PublicKey = tunnel.Identity?.PublicKey.ToString(),
            ListenPort = _loop.ListenPort,
            FwMark = _loop.Mark,
            Mtu = TryReadMtu(),
            Pid = Environment.ProcessId,
            Version = HoldfastVersion.Text,
            Since = _since,
            File = File,
            HeapBytes = LiveHeap(),
            PacketsFromHost = counters.Read,
            PacketsToHost = counters.Written,
            Drops = drops,
            Peers = [.. tunnel.Peers.Select(Status)],
        };
    }

    private static long LiveHeap()
    {
        var last = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        return last.HeapSizeBytes - last.FragmentedBytes;
    }

    private PeerStatus Status(Peer peer) => new()
    {
        Name = _names.GetValueOrDefault(peer.PublicKey) is { Length: > 0 } name ? name : null,
        PublicKey = peer.PublicKey.ToString(),
        HasPresharedKey = peer.PresharedKey is not null,
        Endpoint = peer.Endpoint.IsKnown ? peer.Endpoint.ToString() : null,
        ConfiguredEndpoints = [.. _endpoints.SpecsOf(peer).Select(s => s.ToString())],
        LocalAddress = peer.LocalAddress.Address == default
            ? null : (peer.Endpoint with { Address = peer.LocalAddress.Address, ScopeId = 0 }).ToIPEndPoint().Address.ToString(),
        AllowedIps = [.. peer.AllowedIps.Select(p => p.ToString())],
        LatestHandshake = peer.LastHandshakeUnixNanoseconds == 0
            ? null : DateTimeOffset.UnixEpoch.AddTicks(peer.LastHandshakeUnixNanoseconds / 100),
        Handshakes = peer.Handshakes,
        UnansweredInitiations = peer.UnansweredInitiations,
        HasSession = peer.HasSession,
        ReceivedBytes = peer.ReceivedBytes,
        SentBytes = peer.SentBytes,
        ReceivedPackets = peer.ReceivedPackets,
        SentPackets = peer.SentPackets,
        PersistentKeepalive = peer.PersistentKeepalive,
        Drops = peer.Drops is { } drops ? DropNames.Of(drops) : new Dictionary<string, long>(),
    };

    private PeerConfig Snapshot(Peer peer) => new()
    {
        Name = NameOf(peer) is var name && name != peer.PublicKey.ToString() ? name : null,
        PublicKey = peer.PublicKey,
        PresharedKey = peer.PresharedKey?.Copy(),
        AllowedIps = [.. peer.AllowedIps],
        Endpoints = peer.Endpoint.IsKnown && peer.Endpoint.ToIPEndPoint() is var at
            ? [new EndpointSpec(at.Address.ToString(), (ushort)at.Port, at.Address)] : [.. _endpoints.SpecsOf(peer)],
        PersistentKeepalive = peer.PersistentKeepalive == 0 ? null : peer.PersistentKeepalive,
    };

    private int? TryReadMtu()
    {
        try
        {
            return _device.Mtu;
        }
        catch (LinuxException)
        {
            return null; // moved to another namespace, or just deleted
        }
    }
}
