using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

/// <summary>A datagram between two ends under test.</summary>
internal sealed record TestDatagram(Endpoint From, Endpoint To, byte[] Bytes)
{
    /// <summary>What its IP header has, and what routers on the way made of it.</summary>
    public Ecn Ecn { get; init; }

    /// <summary>The uplink by which it left; 0 for the host's choice.</summary>
    public int Uplink { get; init; }

    public uint Type => Message.TypeOf(Bytes);

    public bool IsKeepalive => Type == Message.Transport && Bytes.Length == Message.TransportMinimumBytes;

    public bool IsData => Type == Message.Transport && !IsKeepalive;

    /// <summary>A copy with one bit turned.</summary>
    public TestDatagram Flipped(int bit)
    {
        var bytes = (byte[])Bytes.Clone();
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return this with { Bytes = bytes };
    }
}
