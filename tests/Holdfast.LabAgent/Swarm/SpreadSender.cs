using System.Net;
using System.Net.Sockets;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>Sends datagrams at an even pace to the sites of a swarm in turn, through the hub on this host.</summary>
internal static class SpreadSender
{
    /// <summary>Sends.</summary>
    /// <param name="sites">How many of the sites, from the first.</param>
    /// <param name="rate">Datagrams a second.</param>
    /// <param name="size">Bytes of each.</param>
    /// <param name="count">How many.</param>
    /// <param name="stop">Ends it early.</param>
    public static Task Run(int sites, int rate, int size, int count, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var targets = Enumerable.Range(0, sites)
            .Select(i => new IPEndPoint(SwarmSite.Inner(i), SwarmSite.Port).Serialize()).ToArray();
        var datagram = new byte[size];
        long sent = 0, refused = 0;
        var pace = new Pace(rate);
        while (sent < count)
        {
            stop.ThrowIfCancellationRequested();
            Pace.Wait();
            for (var until = Math.Min(count, sent + pace.Due()); sent < until; sent++)
                refused += TrySend(socket, datagram, targets[sent % sites]) ? 0 : 1;
        }
        Report.Print(new UdpSent(sent, refused, pace.Elapsed.TotalMilliseconds));
        return Task.CompletedTask;
    }

    private static bool TrySend(Socket socket, byte[] datagram, SocketAddress target)
    {
        try
        {
            socket.SendTo(datagram, SocketFlags.None, target);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
