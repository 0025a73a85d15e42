using Holdfast.Control;
using Holdfast.Crypto;
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
            Ciphers = Enum.GetValues<Cipher>().ToDictionary(PeerMoment.NameOf, tunnel.LibraryOf),
            Since = _since,
            File = File,
            HeapBytes = LiveHeap(),
            PacketsFromHost = counters.Read,
            PacketsToHost = counters.Written,
            Drops = drops,
            Peers = Moments([.. tunnel.Peers]),
        };
    }

    private static long LiveHeap()
    {
        var last = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        return last.HeapSizeBytes - last.FragmentedBytes;
    }

    private PeerMoments Moments(Peer[] peers)
    {
        var first = peers.Take(EngineLimits.PeersAtOnce).Select(Moment).ToArray();
        return new PeerMoments(peers, first, page => _loop.AskAsync(() => page.Select(Moment).ToArray()));
    }

    private PeerMoment Moment(Peer peer) =>
        new(peer, _names.GetValueOrDefault(peer.PublicKey), _endpoints.SpecsOf(peer));

    private PeerConfig Snapshot(Peer peer) => new()
    {
        Name = NameOf(peer) is var name && name != peer.PublicKey.ToString() ? name : null,
        PublicKey = peer.PublicKey,
        PresharedKey = peer.PresharedKey?.Copy(),
        AllowedIps = [.. peer.AllowedIps],
        Endpoints = peer.Endpoint.IsKnown && peer.Endpoint.ToIPEndPoint() is var at
            ? [new EndpointSpec(at.Address.ToString(), (ushort)at.Port, at.Address)] : [.. _endpoints.SpecsOf(peer)],
        PersistentKeepalive = peer.PersistentKeepalive == 0 ? null : peer.PersistentKeepalive,
        Paths = peer.PathMode,
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
