using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Holdfast.Crypto;
using Holdfast.Labs;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.LabAgents;

/// <summary>
/// Thousands of far ends of one hub in one process: each a <see cref="Tunnel"/> of its own without a device, all on one
/// socket. They call the hub, or wait until it calls.
/// </summary>
internal sealed class Swarm : IRandomSource, IPacketSink, ITunnelEvents, IDisposable
{
    private static readonly TimeSpan TimerInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(500);

    private readonly SwarmSocket _socket;
    private readonly Tunnel[] _sites;
    private readonly Peer[] _hubs;
    private readonly byte[] _packet = new byte[2048];
    private readonly Stopwatch _watch = new();
    private long _handshakes;
    private long _packets;
    private int _withSession;
    private int _generation;

    private Swarm(IPEndPoint hub, PublicKey hubKey, int sites)
    {
        _socket = new SwarmSocket(hub);
        _sites = new Tunnel[sites];
        _hubs = new Peer[sites];
        for (var i = 0; i < sites; i++)
        {
            _sites[i] = new Tunnel(this, _socket, this, this);
            _sites[i].SetPrivateKey(SwarmSite.PrivateKey(i));
            _hubs[i] = _sites[i].AddPeer(hubKey);
            _hubs[i].SetEndpoint(Endpoint.From(hub));
            _sites[i].AllowedIps.Set(new IPNetwork(IPAddress.Any, 0), _hubs[i]);
        }
    }

    /// <summary>Runs a swarm until it is told to stop.</summary>
    /// <param name="hub">Where the hub listens.</param>
    /// <param name="hubKey">Its public key.</param>
    /// <param name="sites">How many far ends.</param>
    /// <param name="callsPerSecond">How many begin in a second; 0 waits for the hub to call.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task Run(IPEndPoint hub, string hubKey, int sites, int callsPerSecond, CancellationToken stop)
    {
        if (!PublicKey.TryParse(hubKey, out var key))
            throw new FormatException($"{hubKey} is no public key");
        using var swarm = new Swarm(hub, key, sites);
        Report.Ready(SwarmSite.Port);
        await Task.Factory.StartNew(() => swarm.Run(callsPerSecond, stop), TaskCreationOptions.LongRunning);
    }

    public void Fill(Span<byte> fill) => RandomNumberGenerator.Fill(fill);

    Span<byte> IPacketSink.Reserve(int size) => _packet.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from) => _packets++;

    void ITunnelEvents.SessionEstablished(Peer peer)
    {
        _handshakes++;
        if (peer.Handshakes == _generation + 1)
            _withSession++;
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

    public void Dispose() => _socket.Dispose();

    private void Run(int callsPerSecond, CancellationToken stop)
    {
        var called = 0;
        var (timers, reports) = (Stopwatch.StartNew(), Stopwatch.StartNew());
        if (callsPerSecond > 0)
            _watch.Start();
        while (!stop.IsCancellationRequested)
        {
            for (var due = _watch.Elapsed.TotalSeconds * callsPerSecond; called < due && called < _sites.Length; called++)
                Speak(called, (tunnel, now, site) => tunnel.Greet(_hubs[site], now));
            _socket.Receive(TimerInterval, Take);
            if (timers.Elapsed >= TimerInterval)
            {
                timers.Restart();
                HandleTimeouts();
            }
            _socket.Flush();
            if (_withSession == _sites.Length)
                Complete();
            if (reports.Elapsed >= ReportInterval)
            {
                reports.Restart();
                Tell();
            }
        }
        Tell();
    }

    private void Speak(int site, Action<Tunnel, Now, int> what)
    {
        _socket.Source = SwarmSite.OuterNumber(site);
        what(_sites[site], Stranger.Clock(), site);
    }

    private void Take(uint to, ReadOnlySpan<byte> datagram)
    {
        var site = SwarmSite.At(to);
        if (site < 0 || site >= _sites.Length)
            return;
        _watch.Start();
        _socket.Source = to;
        _sites[site].HandleDatagram(datagram, _hubs[site].Endpoint, default, Stranger.Clock());
    }

    private void HandleTimeouts()
    {
        var now = Stranger.Clock();
        for (var i = 0; i < _sites.Length; i++)
        {
            if (!_sites[i].NextTimeout.Passed(now.Mono))
                continue;
            _socket.Source = SwarmSite.OuterNumber(i);
            _sites[i].HandleTimeouts(now);
        }
    }

    /// <summary>All have had one handshake more; the next may come with a restart of the hub.</summary>
    private void Complete()
    {
        _generation++;
        Report.Print(new SwarmComplete(_generation, _watch.Elapsed.TotalSeconds, _socket.Sent, _socket.Received));
        _withSession = _hubs.Count(h => h.Handshakes > _generation);
        _watch.Reset();
    }

    private void Tell() => Report.Print(new SwarmProgress(_withSession, _handshakes, _watch.Elapsed.TotalSeconds, _socket.Sent,
        _socket.Received, _socket.Refused, _packets));
}
