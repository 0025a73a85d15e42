using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Holdfast.Crypto;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>
/// A bounded flood of initiations by strangers who know the hub's public key: the first MAC is right, and so is everything that
/// the hub can check before it looks up whose key it is. Made ahead, so that sending costs the machine little.
/// </summary>
internal sealed class Flood
{
    private const int Different = 256;
    private const int CookieReply = 3;
    private const int Response = 2;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly List<byte[]> _messages = [];
    private long _cookies, _responses, _others;
    private int _longest;

    /// <summary>Sends so many a second, so long, from so many sources in turn.</summary>
    public static async Task Run(IPEndPoint hub, string hubKey, int perSecond, int seconds, int sources, CancellationToken stop)
    {
        if (!PublicKey.TryParse(hubKey, out var key))
            throw new FormatException($"{hubKey} is no public key");
        var flood = new Flood();
        for (var i = 0; i < Different; i++)
            flood._messages.Add(Stranger.InitiationTo(key));
        using var socket = new SwarmSocket(hub);
        Report.Ready(SwarmSite.Port);
        await Task.Factory.StartNew(() => flood.Run(socket, perSecond, TimeSpan.FromSeconds(seconds), sources, stop),
            TaskCreationOptions.LongRunning);
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
                message.CopyTo(socket.Reserve(default, default, message.Length));
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
