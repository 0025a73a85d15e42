namespace Holdfast.Protocol.Frames;

/// <summary>What two Holdfast ends say to each other in place of an IP packet: the first byte is the frame's type.</summary>
internal static class Frame
{
    /// <summary>Whether it is neither a keepalive nor an IP packet, whose first four bits are 4 or 6.</summary>
    internal static bool IsFrame(ReadOnlySpan<byte> plain) => plain.Length > 0 && (plain[0] >> 4) is not (4 or 6);
}
