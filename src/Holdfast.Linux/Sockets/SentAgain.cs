namespace Holdfast.Linux.Sockets;

/// <summary>What became of a message that was sent once more.</summary>
/// <param name="Datagrams">How many of its datagrams the kernel took.</param>
/// <param name="Bytes">Their bytes together.</param>
/// <param name="Waiting">How many stay in the batch, as its next message, because the socket's buffer is full.</param>
/// <param name="WaitingBytes">Their bytes together.</param>
/// <param name="Crowded">How many the device's own queue had no room for (ENOBUFS): they are lost, and it says nothing about the
/// way.</param>
/// <param name="CrowdedBytes">Their bytes together.</param>
public readonly record struct SentAgain(
    int Datagrams, int Bytes, int Waiting = 0, int WaitingBytes = 0, int Crowded = 0, int CrowdedBytes = 0);
