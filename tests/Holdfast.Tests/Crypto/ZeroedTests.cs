using Holdfast.Crypto;

namespace Holdfast.Tests.Crypto;

public sealed class ZeroedTests
{
    [Fact]
    public void A_secret_is_zeroed_also_when_its_scope_is_left_by_an_exception()
    {
        var secret = new byte[32];
        Assert.Throws<CryptoException>(() => Use(secret, fails: true));
        Assert.All(secret, b => Assert.Equal(0, b));
        Use(secret, fails: false);
        Assert.All(secret, b => Assert.Equal(0, b));
    }

    private static void Use(byte[] secret, bool fails)
    {
        using var wiped = new Zeroed(secret);
        secret.AsSpan().Fill(7);
        if (fails) throw new CryptoException("EVP_PKEY_derive", "in a test");
    }
}
