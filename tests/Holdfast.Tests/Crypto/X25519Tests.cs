using Holdfast.Crypto;

namespace Holdfast.Tests.Crypto;

public sealed class X25519Tests
{
    // RFC 7748 5.2
    [Theory]
    [InlineData("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void Agrees_as_the_rfc_does(string scalar, string point, string shared)
    {
        var fill = new byte[32];
        Assert.True(X25519.TryAgree(Hex.Bytes(scalar), Hex.Bytes(point), fill));
        Assert.Equal(shared, Hex.Text(fill));
    }

    // RFC 7748 5.2
    [Theory]
    [InlineData(1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")]
    [InlineData(1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")]
    public void Agrees_when_iterated(int times, string expected)
    {
        var scalar = new byte[32];
        scalar[0] = 9;
        var point = scalar.ToArray();
        for (var i = 0; i < times; i++)
        {
            var next = new byte[32];
            Assert.True(X25519.TryAgree(scalar, point, next));
            (point, scalar) = (scalar, next);
        }
        Assert.Equal(expected, Hex.Text(scalar));
    }

    // RFC 7748 6.1
    [Fact]
    public void Both_ends_find_the_same_secret()
    {
        var alice = Hex.Bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        var bob = Hex.Bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        byte[] alicePublic = new byte[32], bobPublic = new byte[32], first = new byte[32], second = new byte[32];
        X25519.DerivePublicKey(alice, alicePublic);
        X25519.DerivePublicKey(bob, bobPublic);
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Hex.Text(alicePublic));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Hex.Text(bobPublic));

        Assert.True(X25519.TryAgree(alice, bobPublic, first));
        Assert.True(X25519.TryAgree(bob, alicePublic, second));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Hex.Text(first));
        Assert.Equal(first, second);
    }

    // The points of order 1, 2, 4 and 8, and their other spellings modulo p.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_point_of_low_order_is_refused(string point)
    {
        using var secret = Secret.GeneratePrivateKey();
        var fill = Hex.Sequence(32);
        Assert.False(X25519.TryAgree(secret.Bytes, Hex.Bytes(point), fill));
        Assert.All(fill, b => Assert.Equal(0, b));
        // The refusal leaves nothing behind that would spoil the next agreement.
        X25519.DerivePublicKey(secret.Bytes, fill);
        Assert.Equal(secret.DerivePublicKey().Bytes, fill);
    }

    [Fact]
    public void A_wrong_length_is_our_bug()
    {
        Assert.Throws<ArgumentException>(() => X25519.TryAgree(new byte[31], new byte[32], new byte[32]));
        Assert.Throws<ArgumentException>(() => X25519.TryAgree(new byte[32], new byte[33], new byte[32]));
        Assert.Throws<ArgumentException>(() => X25519.TryAgree(new byte[32], new byte[32], new byte[31]));
    }
}
