using System.Net;
using System.Net.Sockets;

namespace Holdfast.LabAgents;

/// <summary>Sends back whatever comes in, on every connection.</summary>
internal static class EchoServer
{
    private const int MostWaiting = 16;

    public static async Task Run(int port, CancellationToken stop)
    {
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        listener.DualMode = true;
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        listener.Listen(MostWaiting);
        Report.Ready(port);
        while (true)
            _ = Echo(await listener.AcceptAsync(stop), stop);
    }

    private static async Task Echo(Socket connection, CancellationToken stop)
    {
        using (connection)
        {
            connection.NoDelay = true;
            var buffer = new byte[65_536];
            try
            {
                while (await connection.ReceiveAsync(buffer, stop) is > 0 and var length)
                    await connection.SendAsync(buffer.AsMemory(0, length), stop);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"connection ended: {e.Message}");
            }
        }
    }
}
