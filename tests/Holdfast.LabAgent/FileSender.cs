using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>Sends a file of random bytes through one TCP connection and reports its checksum.</summary>
internal static class FileSender
{
    public static async Task Run(string address, int port, int bytes, CancellationToken stop)
    {
        using var connection = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await connection.ConnectAsync(IPAddress.Parse(address), port, stop);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[65_536];
        for (var left = bytes; left > 0; left -= buffer.Length)
        {
            var piece = buffer.AsMemory(0, Math.Min(left, buffer.Length));
            RandomNumberGenerator.Fill(piece.Span);
            hash.AppendData(piece.Span);
            for (var sent = 0; sent < piece.Length;)
                sent += await connection.SendAsync(piece[sent..], stop);
        }
        connection.Shutdown(SocketShutdown.Send);
        Report.Print(new FileSent(bytes, Convert.ToHexStringLower(hash.GetHashAndReset())));
        // The receiver closes when it has read all: only then nothing is on its way any more.
        await connection.ReceiveAsync(buffer, stop);
    }
}
