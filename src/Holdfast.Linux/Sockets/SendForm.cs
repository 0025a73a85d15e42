namespace Holdfast.Linux.Sockets;

/// <summary>What is left away from a message that the kernel refused, when it is sent once more.</summary>
[Flags]
public enum SendForm
{
    /// <summary>Nothing.</summary>
    Same = 0,

    /// <summary>The source address: the kernel chooses.</summary>
    AnySource = 1,

    /// <summary>UDP_SEGMENT: each datagram is handed over by itself.</summary>
    OneByOne = 2,
}
