namespace Holdfast.Linux.Sockets;

/// <summary>What became of a <see cref="SendBatch"/>.</summary>
/// <param name="Sent">How many datagrams this call handed to the kernel.</param>
/// <param name="Failed">How many this call could not; <see cref="SendBatch.Failures"/> names them.</param>
/// <param name="Blocked">True if the socket's buffer is full and some remain: send again once it is writable, or clear
/// the batch, which drops them.</param>
public readonly record struct SendResult(int Sent, int Failed, bool Blocked);
