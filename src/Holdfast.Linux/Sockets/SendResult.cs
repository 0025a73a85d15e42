namespace Holdfast.Linux.Sockets;

/// <summary>What became of a <see cref="SendBatch"/>.</summary>
/// <param name="Sent">How many messages this call handed to the kernel.</param>
/// <param name="Refused">The message that the kernel refused, and at which this call ended: deal with it, then send the
/// rest. Null if there is none.</param>
/// <param name="Blocked">True if the socket's buffer is full and some remain: send again once it is writable, or clear
/// the batch, which drops them.</param>
public readonly record struct SendResult(int Sent, SendFailure? Refused, bool Blocked);
