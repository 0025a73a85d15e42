namespace Holdfast.Linux.Events;

/// <summary>Something that happened at a descriptor.</summary>
/// <param name="Token">The value that the descriptor was added with.</param>
/// <param name="Happened">What happened.</param>
public readonly record struct EpollEvent(ulong Token, EpollInterest Happened);
