using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>Sends numbered datagrams at an even pace, a small bunch at a time, until it has sent all or is told to
/// stop.</summary>
internal static class UdpSender
{
    // The end is told several times, since it may be lost like everything else, and over a while, in which a receiver that was
    // kept waiting makes room.
    private const int TimesToTell = 10;
    private static readonly TimeSpan TellInterval = TimeSpan.FromMilliseconds(10);

    public static async Task Run(string address, int port, int rate, int size, int count, CancellationToken stop)
    {
        if (size < UdpProbe.Size)
            throw new FormatException($"a datagram has at least {UdpProbe.Size} bytes");
        var target = new IPEndPoint(IPAddress.Parse(address), port);
        using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(target, stop);
        var datagram = new byte[size];
        var refused = 0;
        long sent = 0;
        var pace = new Pace(rate);
        while (sent < count && !stop.IsCancellationRequested)
        {
            Pace.Wait();
            for (var until = Math.Min(count, sent + pace.Due()); sent < until; sent++)
            {
                new UdpProbe(sent, Stopwatch.GetTimestamp(), count).Write(datagram);
                if (!TrySend(socket, datagram))
                    refused++;
            }
        }
        var elapsed = pace.Elapsed;
        using var timer = new PeriodicTimer(TellInterval);
        for (var i = 0; i < TimesToTell && await timer.WaitForNextTickAsync(CancellationToken.None); i++)
        {
            new UdpProbe(UdpProbe.End, Stopwatch.GetTimestamp(), sent).Write(datagram);
            TrySend(socket, datagram);
        }
        Report.Print(new UdpSent(sent, refused, elapsed.TotalMilliseconds));
    }

    // An unreachable network or an ICMP error is a loss to be measured, no reason to end.
    private static bool TrySend(Socket socket, byte[] datagram)
    {
        try
        {
            socket.Send(datagram);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
