using System.Text;
using Holdfast.Crypto;

namespace Holdfast.Tests.Crypto;

/// <summary>
/// Digests of many results at once come from an independent implementation (CPython's hashlib and hmac).
/// </summary>
public sealed class Blake2sTests
{
    // RFC 7693 appendix B; the empty string from the BLAKE2 reference vectors; WireGuard's first chaining key.
    [Theory]
    [InlineData("", "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9")]
    [InlineData("abc", "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982")]
    [InlineData("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s",
        "60e26daef327efc02ec335e2a025d2d016eb4206f87277f52d38d1988b78cd36")]
    public void Hashes_the_known_strings(string input, string expected)
    {
        var fill = new byte[32];
        Blake2s.Hash(Encoding.UTF8.GetBytes(input), fill);
        Assert.Equal(expected, Hex.Text(fill));
    }

    [Fact]
    public void Hashes_every_length_to_255()
    {
        var all = new MemoryStream();
        var fill = new byte[32];
        for (var length = 0; length < 256; length++)
        {
            Blake2s.Hash(Hex.Sequence(length), fill);
            all.Write(fill);
        }
        Assert.Equal("6d86d20a9d486cc270bc10f4523a3e811f7f88636204b0a9a76277823b30b672", Digest(all));
    }

    // The BLAKE2 reference vectors (blake2s KAT): key and input are 0, 1, 2, …
    [Theory]
    [InlineData(0, "48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49")]
    [InlineData(1, "40d15fee7c328830166ac3f918650f807e7e01e177258cdc0a39b11f598066f1")]
    [InlineData(255, "3fb735061abc519dfe979e54c1ee5bfad0a9d858b3315bad34bde999efd724dd")]
    public void Macs_the_reference_vectors(int length, string expected)
    {
        var fill = new byte[32];
        Blake2s.Mac(Hex.Sequence(32), Hex.Sequence(length), fill);
        Assert.Equal(expected, Hex.Text(fill));
    }

    [Fact]
    public void Macs_every_length_to_255()
    {
        var all = new MemoryStream();
        var fill = new byte[32];
        for (var length = 0; length < 256; length++)
        {
            Blake2s.Mac(Hex.Sequence(32), Hex.Sequence(length), fill);
            all.Write(fill);
        }
        Assert.Equal("2582f7b18a91f66ef22aa9455384ada69b2590306a6470ee8588df75ee982f02", Digest(all));
    }

    [Fact]
    public void Macs_16_bytes_with_every_key_length()
    {
        var all = new MemoryStream();
        var fill = new byte[16];
        for (var key = 1; key <= 32; key++)
            foreach (var length in (int[])[0, 1, 63, 64, 65, 116, 148])
            {
                Blake2s.Mac(Hex.Sequence(key), Hex.Sequence(length), fill);
                all.Write(fill);
            }
        Assert.Equal("3f2cfbcb177378d9a15bcc600b06201b8a16147c068fe6a356bbf65a35593da3", Digest(all));
    }

    [Fact]
    public void A_short_mac_is_no_prefix_of_a_long_one()
    {
        byte[] brief = new byte[16], full = new byte[32];
        Blake2s.Mac("k"u8, "abc"u8, brief);
        Blake2s.Mac("k"u8, "abc"u8, full);
        Assert.Equal("f335237426ff5582d0c607ef240684b5", Hex.Text(brief));
        Assert.NotEqual(brief, full[..16]);
    }

    [Fact]
    public void Hmacs_a_known_string()
    {
        var fill = new byte[32];
        Blake2s.Hmac("Jefe"u8, "what do ya want for nothing?"u8, fill);
        Assert.Equal("90b6281e2f3038c9056af0b4a7e763cae6fe5d9eb4386a0ec95237890c104ff0", Hex.Text(fill));
    }

    [Fact]
    public void Hmacs_keys_shorter_and_longer_than_a_block()
    {
        var all = new MemoryStream();
        var fill = new byte[32];
        foreach (var key in (int[])[0, 1, 31, 32, 33, 63, 64, 65, 128, 200])
            foreach (var length in (int[])[0, 1, 32, 63, 64, 65, 200])
            {
                Blake2s.Hmac(Hex.Sequence(key), Hex.Sequence(length), fill);
                all.Write(fill);
            }
        Assert.Equal("5d69458e206a399c86a845650e64714c20af0e0b401f909c41409d2861da5cb1", Digest(all));
    }

    [Fact]
    public void Two_inputs_are_one_after_the_other()
    {
        byte[] whole = new byte[32], parts = new byte[32], key = Hex.Sequence(32), input = Hex.Sequence(150);
        for (var cut = 0; cut <= input.Length; cut++)
        {
            Blake2s.Hash(input, whole);
            Blake2s.Hash(input.AsSpan(0, cut), input.AsSpan(cut), parts);
            Assert.Equal(whole, parts);
            Blake2s.Hmac(key, input, whole);
            Blake2s.Hmac(key, input.AsSpan(0, cut), input.AsSpan(cut), parts);
            Assert.Equal(whole, parts);
            Blake2s.Mac(key, input, whole);
            Blake2s.Mac(key, input.AsSpan(0, cut), input.AsSpan(cut), parts);
            Assert.Equal(whole, parts);
        }
    }

    [Fact]
    public void A_result_may_replace_its_input()
    {
        byte[] expected = new byte[32], chain = Hex.Sequence(32);
        Blake2s.Hash(chain, expected);
        Blake2s.Hash(chain, chain);
        Assert.Equal(expected, chain);

        Blake2s.Hmac(chain, chain, expected);
        Blake2s.Hmac(chain, chain, chain);
        Assert.Equal(expected, chain);
    }

    [Fact]
    public void A_wrong_length_is_our_bug()
    {
        var key = new byte[32];
        Assert.Throws<ArgumentException>(() => Blake2s.Hash([], new byte[31]));
        Assert.Throws<ArgumentException>(() => Blake2s.Hmac(key, [], new byte[33]));
        Assert.Throws<ArgumentException>(() => Blake2s.Mac(key, [], new byte[20]));
        Assert.Throws<ArgumentException>(() => Blake2s.Mac([], [], new byte[16]));
        Assert.Throws<ArgumentException>(() => Blake2s.Mac(new byte[33], [], new byte[16]));
    }

    private static string Digest(MemoryStream all)
    {
        var fill = new byte[32];
        Blake2s.Hash(all.ToArray(), fill);
        return Hex.Text(fill);
    }
}
