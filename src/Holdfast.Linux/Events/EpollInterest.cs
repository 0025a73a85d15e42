namespace Holdfast.Linux.Events;

/// <summary>What can happen at a descriptor (EPOLLIN and so on, sys/epoll.h).</summary>
[Flags]
public enum EpollInterest : uint
{
    /// <summary>Nothing but errors, which are always reported.</summary>
    None = 0,

    /// <summary>There is something to read.</summary>
    Readable = 0x1,

    /// <summary>There is room to write.</summary>
    Writable = 0x4,

    /// <summary>An error; always reported. A TUN: its device is deleted.</summary>
    Error = 0x8,

    /// <summary>The other side is gone; always reported.</summary>
    HangUp = 0x10,

    /// <summary>The other side of a stream sends no more.</summary>
    ReadHangUp = 0x2000,

    /// <summary>Report once, then nothing until modified.</summary>
    OneShot = 1u << 30,

    /// <summary>Report changes instead of states.</summary>
    EdgeTriggered = 1u << 31,
}
