using System.Buffers.Binary;
using System.Diagnostics;

namespace Holdfast.LabAgents;

/// <summary>
/// What a measuring datagram begins with: its number, when it was sent (one clock for all hosts, they are namespaces
/// of one machine), and how many there are once the sender is done.
/// </summary>
internal readonly record struct UdpProbe(long Number, long SentAt, long Total)
{
    /// <summary>Bytes of it.</summary>
    public const int Size = 24;

    /// <summary>Number of the datagrams that say that no more will come.</summary>
    public const long End = -1;

    public TimeSpan Age => Stopwatch.GetElapsedTime(SentAt);

    public void Write(Span<byte> fill)
    {
        BinaryPrimitives.WriteInt64BigEndian(fill, Number);
        BinaryPrimitives.WriteInt64BigEndian(fill[8..], SentAt);
        BinaryPrimitives.WriteInt64BigEndian(fill[16..], Total);
    }

    public static UdpProbe Read(ReadOnlySpan<byte> datagram) => new(
        BinaryPrimitives.ReadInt64BigEndian(datagram),
        BinaryPrimitives.ReadInt64BigEndian(datagram[8..]),
        BinaryPrimitives.ReadInt64BigEndian(datagram[16..]));
}
