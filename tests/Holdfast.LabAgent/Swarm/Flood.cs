using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Holdfast.Crypto;
using Holdfast.Labs;
using Holdfast.Linux.Events;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;

namespace Holdfast.LabAgents;

/// <summary>
/// A bounded flood of initiations by strangers who know the hub's public key: the first MAC is right, and so is everything that
/// the hub can check before it looks up whose key it is. Made ahead, so that sending costs the machine little.
/// </summary>
internal sealed class Flood : IRandomSource, IDatagramSink, IPacketSink, ITunnelEvents
{
    private const int Different = 256;
    private const int CookieReply = 3;
    private const int Response = 2;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly List<byte[]> _messages = [];
    private readonly byte[] _scratch = new byte[2048];
    private long _cookies, _responses, _others;
    private int _longest;

    /// <summary>Sends so many a second, so long, from so many sources in turn.</summary>
    public static async Task Run(IPEndPoint hub, string hubKey, int perSecond, int seconds, int sources, CancellationToken stop)
    {
        if (!PublicKey.TryParse(hubKey, out var key))
            throw new FormatException($"{hubKey} is no public key");
        var flood = new Flood();
        for (var i = 0; i < Different; i++)
            flood.Make(hub, key);
        using var socket = new SwarmSocket(hub);
        Report.Ready(SwarmSite.Port);
        await Task.Factory.StartNew(() => flood.Run(socket, perSecond, TimeSpan.FromSeconds(seconds), sources, stop),
            TaskCreationOptions.LongRunning);
    }

    public void Fill(Span<byte> fill) => RandomNumberGenerator.Fill(fill);

    Span<byte> IDatagramSink.Reserve(in Endpoint to, int size) => _scratch.AsSpan(0, size);

    void IDatagramSink.Commit(int length, in Endpoint to, in LocalAddress from, Peer? owner)
        => _messages.Add(_scratch[..length]);

    Span<byte> IPacketSink.Reserve(int size) => _scratch.AsSpan(0, size);

    void IPacketSink.Commit(int length, Peer? from)
    {
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

    private void Make(IPEndPoint hub, in PublicKey hubKey)
    {
        using var stranger = new Tunnel(this, this, this, this);
        stranger.SetPrivateKey(Secret.GeneratePrivateKey());
        var peer = stranger.AddPeer(hubKey);
        peer.SetEndpoint(Endpoint.From(hub));
        stranger.Greet(peer, new Now(new MonoTime(MonotonicClock.Now),
            (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100));
    }

    private void Run(SwarmSocket socket, int perSecond, TimeSpan time, int sources, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        long flooded = 0;
        while (watch.Elapsed < time && !stop.IsCancellationRequested)
        {
            for (var due = watch.Elapsed.TotalSeconds * perSecond; flooded < due; flooded++)
            {
                var message = _messages[(int)(flooded % Different)];
                socket.Source = SwarmSite.StrangerNumber((int)(flooded % sources));
                message.CopyTo(socket.Reserve(default, message.Length));
                socket.Commit(message.Length);
            }
            socket.Flush();
            socket.Receive(Pause, Take);
        }
        var took = watch.Elapsed;
        while (watch.Elapsed < took + TimeSpan.FromSeconds(1) && !stop.IsCancellationRequested)
            socket.Receive(Pause, Take);
        Report.Print(new FloodReport(flooded, took.TotalSeconds, socket.Refused, _cookies, _responses, _others, _longest));
    }

    private void Take(uint to, ReadOnlySpan<byte> datagram)
    {
        var type = datagram.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(datagram) : 0;
        if (type == CookieReply)
            _cookies++;
        else if (type == Response)
            _responses++;
        else
            _others++;
        _longest = Math.Max(_longest, datagram.Length);
    }
}
