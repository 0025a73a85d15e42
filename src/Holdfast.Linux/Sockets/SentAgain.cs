namespace Holdfast.Linux.Sockets;

/// <summary>What the kernel took of a message that was sent once more.</summary>
/// <param name="Datagrams">How many of its datagrams.</param>
/// <param name="Bytes">Their bytes together.</param>
public readonly record struct SentAgain(int Datagrams, int Bytes);
