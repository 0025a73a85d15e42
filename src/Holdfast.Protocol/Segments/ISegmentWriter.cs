namespace Holdfast.Protocol.Segments;

/// <summary>Where joined packets go: a TUN device with offload.</summary>
public interface ISegmentWriter
{
    /// <summary>Takes one packet with its <see cref="VirtioHeader"/> before it.</summary>
    /// <param name="headed">Borrowed for the call.</param>
    /// <param name="packets">How many packets of the network it stands for, at least 1.</param>
    void Write(ReadOnlySpan<byte> headed, int packets);
}
