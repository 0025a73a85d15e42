using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>
/// Takes one TCP connection, reads it to its end, and reports how much came, every silence on the way, and the
/// checksum of the whole.
/// </summary>
internal static class FileReceiver
{
    // Shorter silences are the ordinary life of a connection.
    private static readonly TimeSpan ShortestSilence = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(50);

    public static async Task Run(int port, CancellationToken stop)
    {
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        listener.DualMode = true;
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        listener.Listen(1);
        Report.Ready(port);
        using var connection = await listener.AcceptAsync(stop);
        await Receive(connection, stop);
    }

    private static async Task Receive(Socket connection, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[65_536];
        long bytes = 0;
        var (watch, sinceData, sinceReport) = (Stopwatch.StartNew(), Stopwatch.StartNew(), Stopwatch.StartNew());
        while (await connection.ReceiveAsync(buffer, stop) is > 0 and var length)
        {
            if (sinceData.Elapsed >= ShortestSilence)
                Report.Print(new FileSilence(bytes, sinceData.Elapsed.TotalMilliseconds));
            sinceData.Restart();
            hash.AppendData(buffer, 0, length);
            bytes += length;
            if (sinceReport.Elapsed < ReportInterval)
                continue;
            Report.Print(new FileProgress(bytes));
            sinceReport.Restart();
        }
        Report.Print(new FileReceived(bytes, Convert.ToHexStringLower(hash.GetHashAndReset()),
            watch.Elapsed.TotalMilliseconds));
    }
}
