using System.Buffers.Binary;

namespace Holdfast.LabTests.LabItself;

public sealed class ChecksumTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 50)];

    [Fact]
    public void The_sum_of_RFC_1071_is_right()
        => Assert.Equal(0xddf2, (ushort)~Checksum.Of([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]));

    [Fact]
    public void The_example_of_RFC_1624_is_right()
        => Assert.Equal(0x0000, Checksum.Changed(0xdd2f, [0x55, 0x55], [0x32, 0x85]));

    [Theory, MemberData(nameof(Seeds))]
    public void A_changed_checksum_equals_a_fresh_one(int seed)
    {
        var dice = new Random(seed);
        var bytes = new byte[dice.Next(20, 200)];
        dice.NextBytes(bytes);
        bytes.AsSpan(0, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Checksum.Of(bytes));
        var after = new byte[6];
        dice.NextBytes(after);
        var changed = Checksum.Changed(BinaryPrimitives.ReadUInt16BigEndian(bytes), bytes.AsSpan(8, 6), after);
        after.CopyTo(bytes, 8);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, changed);
        Assert.Equal(0, Checksum.Of(bytes));
    }
}
