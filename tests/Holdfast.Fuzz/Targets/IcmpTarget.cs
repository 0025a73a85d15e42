using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Fuzz.Targets;

/// <summary>The ICMP error about a packet, and whether a packet is a datagram of the tunnel's own.</summary>
internal sealed class IcmpTarget : Target
{
    private readonly byte[] _error = new byte[IcmpError.MaximumBytes];

    internal override string Name => "icmp";

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 7, 0, 1, 10, 1, 0, 1, .. new byte[8]];
            yield return [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 10, 7, 0, 1, 10, 1, 0, 1, 8, .. new byte[7]];
            yield return [0x60, 0, 0, 0, 0, 16, 44, 64, 0xfd, 7, .. new byte[14], 0xfd, 1, .. new byte[14], 17, .. new byte[15]];
            yield return [0x60, 0, 0, 0, 0, 16, 0, 64, 0xfd, 7, .. new byte[14], 0xfd, 1, .. new byte[14], 58, .. new byte[7], 128, .. new byte[7]];
        }
    }

    internal override long MayAllocate(int length) => 0;

    internal override void Read(ReadOnlySpan<byte> input)
    {
        if (IpHeader.LengthOf(input) == 0) return;
        foreach (var address in (ReadOnlySpan<AddressBits>)[default, new AddressBits(0x0A010001UL << 32, 0)])
        {
            IpHeader.IsOwnDatagram(input, new Endpoint(address, 0, 4), 0);
            IpHeader.IsOwnDatagram(input, new Endpoint(address, 0, 6), 0);
        }
        var length = IcmpError.Unreachable(input, _error);
        if (length > 0) Check(_error.AsSpan(0, length), input);
    }

    /// <summary>A whole packet to the sender, with right sums, that quotes what it is about.</summary>
    internal static void Check(ReadOnlySpan<byte> error, ReadOnlySpan<byte> about)
    {
        Require(error.Length <= IcmpError.MaximumBytes && IpHeader.LengthOf(error) == error.Length, "not a whole packet");
        if (error[0] >> 4 == 4)
        {
            Require(error.Length <= 576 && Checksum.Of(error[..20]) == 0 && Checksum.Of(error[20..]) == 0, "wrong sums or size");
            Require(error.Slice(16, 4).SequenceEqual(about.Slice(12, 4)), "not for the sender");
            Require(about.StartsWith(error[28..]), "quotes another packet");
            return;
        }
        var pseudo = Checksum.Add(error.Slice(8, 32), (uint)(error.Length - 40) + IpHeader.Icmp6);
        Require(Checksum.Of(error[40..], pseudo) == 0, "wrong sum");
        Require(error.Slice(24, 16).SequenceEqual(about.Slice(8, 16)), "not for the sender");
        Require(about.StartsWith(error[48..]), "quotes another packet");
    }
}
