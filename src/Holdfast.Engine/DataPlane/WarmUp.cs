using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime;
using Holdfast.Crypto;
using Holdfast.Engine.Config;
using Holdfast.Engine.Transports;
using Holdfast.Linux.Sockets;
using Holdfast.Linux.Tun;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;
using Holdfast.Protocol.Segments;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.DataPlane;

/// <summary>
/// Two tunnels of this process that carry packets to each other over loopback, until the runtime compiles nothing of the packet path
/// anew: it does so beside the start then, and not while the host's packets wait (docs/decisions/0016).
/// </summary>
internal sealed class WarmUp : ITunnelEvents, IDisposable
{
    private const string Name = "warm-up";
    private const int Segment = 1360;
    private const int MostSegments = 40;
    private const int Ip = 20, Tcp = 20;

    private static int _begun;

    private readonly byte[] _packet = new byte[VirtioHeader.Bytes + ushort.MaxValue];
    private readonly TunDevice _host;
    private readonly EngineLoop _loop;
    private readonly byte _number;
    private int _delivered;

    private WarmUp(byte number)
    {
        _number = number;
        var offload = Offload.FromEnvironment();
        (_host, var device) = TunDevice.OpenPair(Name, offload.Tun);
        UdpSocket? socket = null;
        try
        {
            // Nobody beyond this host can reach it there.
            socket = UdpSocket.Open(AddressFamily.InterNetwork, new UdpOptions
            {
                Address = IPAddress.Loopback,
                JoinsReceived = offload.ReceivesRuns,
                TellsTrafficClass = true,
                TellsErrors = true,
            });
            _loop = new EngineLoop(device, new UdpTransport([new UdpLane(socket, offload.SendsRuns)], mark: 0, offload), this, offload);
            _loop.Tunnel.Offers = RunningTunnel.OffersOf(CipherChoice.Auto);
            _loop.Tunnel.SetPrivateKey(Secret.GeneratePrivateKey());
        }
        catch
        {
            _host.Dispose();
            device.Dispose();
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>Begins beside the caller, once in the life of the process, when its first tunnels are up.</summary>
    internal static void Begin(ILogger log)
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0) return;
        try
        {
            new Thread(() => Run(log)) { Name = Name, IsBackground = true }.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            Log.NotWarm(log, e.Message);
        }
    }

    private static void Run(ILogger log)
    {
        try
        {
            if (TryCarry() is { } failure) Log.NotWarm(log, failure);
            // What it needed would stay until much garbage has come together, which takes days here. Everybody stops for it: about
            // a millisecond with a small heap; a large one is left alone.
            if (GC.GetTotalMemory(forceFullCollection: false) < EngineLimits.SmallHeap)
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        catch (IOException)
        {
            // Nobody hears it: the log's disk is full.
        }
    }

    /// <summary>Null, or why it could not.</summary>
    private static string? TryCarry()
    {
        try
        {
            return Carry();
        }
#pragma warning disable CA1031 // whatever it is: the tunnels go on without
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e.Message;
        }
    }

    /// <summary>Carries packets until nothing is compiled any more. Null, or why none came through.</summary>
    private static string? Carry()
    {
        using WarmUp near = new(1), far = new(2);
        near.Join(far);
        far.Join(near);
        near._loop.TryPost(() => near._loop.Tunnel.Greet(near._loop.Tunnel.Peers.Single(), Clock.Read()));
        near._loop.Start();
        far._loop.Start();
        var (deadline, spent) = (Clock.Read().Mono + EngineLimits.LongestWarmUp, Environment.CpuUsage.TotalTime);
        // Counted in bursts and not in time: where others have the processor, the compiler waits for it as long as these do.
        var (bursts, quietAt, compiled) = (0, EngineLimits.WarmUpLeastBursts, JitInfo.GetCompiledMethodCount());
        while (bursts < Math.Min(quietAt, EngineLimits.WarmUpMostBursts) && !deadline.Passed(Clock.Read().Mono)
            && Environment.CpuUsage.TotalTime - spent < EngineLimits.WarmUpProcessorTime
            && !near._loop.Ended.IsCompleted && !far._loop.Ended.IsCompleted)
        {
            near.Send(far);
            far.Send(near);
            Thread.Sleep(EngineLimits.WarmUpPause);
            if (near.Receive() & far.Receive()) bursts++;
            var count = JitInfo.GetCompiledMethodCount();
            if (count != compiled) quietAt = Math.Max(quietAt, bursts + EngineLimits.WarmUpQuietBursts);
            compiled = count;
        }
        foreach (var loop in new[] { near._loop, far._loop })
            if (loop.Ended.IsCompletedSuccessfully) return loop.Ended.Result.Text;
        return (near._delivered > 0 && far._delivered > 0) || !deadline.Passed(Clock.Read().Mono) ? null : "nothing came through over 127.0.0.1";
    }

    public void Dispose()
    {
        _loop.TryPost(() => _loop.End(new EndReason(EndKind.Down, Name)));
        _loop.Dispose();
        _host.Dispose();
    }

    private void Join(WarmUp other)
    {
        var peer = _loop.Tunnel.AddPeer(other._loop.Tunnel.Identity!.PublicKey);
        _loop.Tunnel.AllowedIps.Set(new IPNetwork(new IPAddress([10, 0, 0, other._number]), 32), peer);
        peer.SetEndpoint(Endpoint.From(new IPEndPoint(IPAddress.Loopback, other._loop.ListenPort)));
    }

    /// <summary>What a TCP sends: full segments in one piece, and acknowledgements.</summary>
    private void Send(WarmUp other)
    {
        for (var i = 0; i < 2; i++)
        {
            Send(other, MostSegments * Segment, SegmentKind.Tcp4);
            Send(other, 0, SegmentKind.Single);
            Send(other, Segment, SegmentKind.Single);
        }
    }

    /// <summary>TCP over IPv4, zeros all of it; the headers are as a host leaves them to its device.</summary>
    private void Send(WarmUp other, int payload, SegmentKind kind)
    {
        const int Checksum = 16;
        var length = Ip + Tcp + payload;
        new VirtioHeader
        {
            NeedsChecksum = true,
            Kind = kind,
            HeaderBytes = Ip + Tcp,
            SegmentBytes = Segment,
            ChecksumStart = Ip,
            ChecksumOffset = Checksum,
        }.Write(_packet);
        var packet = _packet.AsSpan(VirtioHeader.Bytes);
        packet[..(Ip + Tcp)].Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        (packet[8], packet[9]) = (64, 6);
        (packet[12], packet[15], packet[16], packet[19]) = (10, _number, 10, other._number);
        (packet[Ip + 12], packet[Ip + 13]) = (Tcp / 4 << 4, 0x10);
        // The sum of the pseudo header, for the device to go on with.
        var sum = 2 * (10 << 8) + _number + other._number + 6 + Tcp + payload;
        BinaryPrimitives.WriteUInt16BigEndian(packet[(Ip + Checksum)..], (ushort)sum);
        _host.Write(_packet.AsSpan(0, VirtioHeader.Bytes + length));
    }

    /// <summary>Whether anything came.</summary>
    private bool Receive()
    {
        var before = _delivered;
        while (_host.Read(_packet) > 0) _delivered++;
        return _delivered > before;
    }

    void ITunnelEvents.SessionEstablished(Peer peer)
    {
    }

    void ITunnelEvents.EndpointChanged(Peer peer)
    {
    }

    void ITunnelEvents.HandshakeUnanswered(Peer peer)
    {
    }

    void ITunnelEvents.HandshakeGivenUp(Peer peer)
    {
    }
}
