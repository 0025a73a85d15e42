using Holdfast.Protocol.Segments;

namespace Holdfast.Micro;

/// <summary>Takes what was joined, and counts.</summary>
internal sealed class CountingWriter : ISegmentWriter
{
    /// <summary>How often something was written.</summary>
    public long Writes { get; private set; }

    public void Write(ReadOnlySpan<byte> headed, int packets) => Writes++;
}
