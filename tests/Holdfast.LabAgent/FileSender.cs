using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Holdfast.Labs;

namespace Holdfast.LabAgents;

/// <summary>Sends a file of random bytes through one TCP connection and reports its checksum. Told to stop, it makes the file
/// end there.</summary>
internal static class FileSender
{
    private const int SolSocket = 1, MaxPacingRate = 47; // asm-generic/socket.h; bytes a second, TCP keeps to it by itself

    public static async Task Run(string address, int port, int bytes, int? rate, CancellationToken stop)
    {
        using var connection = new Socket(SocketType.Stream, ProtocolType.Tcp);
        if (rate is { } most)
            connection.SetRawSocketOption(SolSocket, MaxPacingRate, BitConverter.GetBytes(most));
        await connection.ConnectAsync(IPAddress.Parse(address), port, stop);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[65_536];
        var length = 0L;
        while (length < bytes && !stop.IsCancellationRequested)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(bytes - length, buffer.Length));
            RandomNumberGenerator.Fill(piece.Span);
            hash.AppendData(piece.Span);
            for (var sent = 0; sent < piece.Length;)
                sent += await connection.SendAsync(piece[sent..], CancellationToken.None);
            length += piece.Length;
        }
        connection.Shutdown(SocketShutdown.Send);
        Report.Print(new FileSent(length, Convert.ToHexStringLower(hash.GetHashAndReset())));
        // The receiver closes when it has read all: only then nothing is on its way any more.
        await connection.ReceiveAsync(buffer, CancellationToken.None);
    }
}
