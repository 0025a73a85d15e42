namespace Holdfast.Protocol;

/// <summary>The present as the caller sees it: the monotonic clock runs timers, the wall clock dates handshakes.</summary>
/// <param name="Mono">The monotonic clock.</param>
/// <param name="UnixNanoseconds">Wall clock, nanoseconds since 1970-01-01 UTC; may jump either way.</param>
public readonly record struct Now(MonoTime Mono, long UnixNanoseconds);
