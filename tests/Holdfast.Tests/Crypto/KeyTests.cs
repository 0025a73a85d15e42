using Holdfast.Crypto;

namespace Holdfast.Tests.Crypto;

public sealed class KeyTests
{
    private const string Text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";      // 00 01 02 … 1f
    private const string HexText = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    public static TheoryData<string> BadBase64 =>
    [
        "", "=", Text[..^1], Text + "=", Text + "\n", " " + Text[..^1], Text[..^2] + "==",
        // The two bits that the last digit has left over must be zero.
        Text[..^2] + "9=", Text[..^2] + "+=", Text[..^2] + "/=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh88", "-AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "_AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "AAEC AwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh=",
        "AAEC=wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "ÀAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "\0AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "\uffc1AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ];

    public static TheoryData<string> BadHex =>
    [
        "", HexText[1..], HexText + "0", HexText[..^1] + "g", " " + HexText[1..], "0x" + HexText[2..],
        HexText[..^1] + "\uff11", "/" + HexText[1..], ":" + HexText[1..], "`" + HexText[1..], "@" + HexText[1..],
    ];

    [Fact]
    public void A_key_is_read_and_written()
    {
        Assert.True(PublicKey.TryParse(Text, out var key));
        Assert.Equal(Hex.Sequence(32), key.Bytes);
        Assert.Equal(Text, key.ToString());
        Assert.Equal(HexText, key.ToHex());
        Assert.True(PublicKey.TryParseHex(HexText, out var fromHex));
        Assert.True(PublicKey.TryParseHex(HexText.ToUpperInvariant(), out var fromUpper));
        Assert.True(key == fromHex && fromHex == fromUpper && key == new PublicKey(Hex.Sequence(32)));

        Assert.True(Secret.TryParse(Text, out var secret));
        Assert.True(Secret.TryParseHex(HexText, out var secretFromHex));
        using (secret)
        using (secretFromHex)
        {
            Assert.Equal(Hex.Sequence(32), secret.Bytes);
            Assert.Equal(Text, secret.ToBase64());
            Assert.Equal(HexText, secret.ToHex());
            Assert.True(secret.FixedTimeEquals(secretFromHex));
        }
    }

    [Fact]
    public void Every_key_survives_its_spelling()
    {
        var random = new Random(44);
        var bytes = new byte[32];
        for (var i = 0; i < 2000; i++)
        {
            random.NextBytes(bytes);
            Assert.True(PublicKey.TryParse(Convert.ToBase64String(bytes), out var key));
            Assert.Equal(bytes, key.Bytes);
            Assert.True(PublicKey.TryParseHex(key.ToHex(), out var again));
            Assert.Equal(key, again);
        }
    }

    [Theory, MemberData(nameof(BadBase64))]
    public void Another_spelling_is_refused(string text)
    {
        Assert.False(PublicKey.TryParse(text, out var key));
        Assert.True(key.IsZero);
        Assert.False(Secret.TryParse(text, out var secret));
        Assert.Null(secret);
    }

    [Theory, MemberData(nameof(BadHex))]
    public void Other_hex_is_refused(string text)
    {
        Assert.False(PublicKey.TryParseHex(text, out var key));
        Assert.True(key.IsZero);
        Assert.False(Secret.TryParseHex(text, out var secret));
        Assert.Null(secret);
    }

    [Fact]
    public void Each_character_is_a_digit_or_none()
    {
        const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (var c = 0; c <= char.MaxValue; c++)
        {
            Assert.Equal(Digits.Contains((char)c), PublicKey.TryParse((char)c + Text[1..], out _));
            Assert.Equal(char.IsAsciiHexDigit((char)c), PublicKey.TryParseHex((char)c + HexText[1..], out _));
        }
    }

    [Fact]
    public void Public_keys_are_values()
    {
        byte[] bytes = Hex.Sequence(32), copy = new byte[40];
        var key = new PublicKey(bytes);
        for (var at = 0; at < 32; at++)
        {
            var other = bytes.ToArray();
            other[at] ^= 0x80;
            Assert.True(key != new PublicKey(other));
            Assert.False(new PublicKey(other).IsZero);
        }
        key.CopyTo(copy);
        Assert.Equal(bytes, copy[..32]);
        Assert.Equal(key.GetHashCode(), new PublicKey(bytes).GetHashCode());
        Assert.True(default(PublicKey).IsZero);
        Assert.True(key.Equals((object)new PublicKey(bytes)));
        Assert.Throws<ArgumentException>(() => new PublicKey(new byte[31]));
    }

    [Fact]
    public void A_secret_is_zeroed_when_disposed()
    {
        var secret = new Secret(Hex.Sequence(32));
        var view = secret.Bytes;
        using var copy = secret.Copy();
        secret.Dispose();
        secret.Dispose();
        Assert.False(view.ContainsAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => secret.Bytes.Length);
        Assert.Equal(Hex.Sequence(32), copy.Bytes);
    }

    [Fact]
    public void A_secret_is_not_printed()
    {
        using var secret = new Secret(Hex.Sequence(32));
        Assert.Equal("(hidden)", secret.ToString());
        Assert.Equal("(hidden)", $"{secret}");
    }

    [Fact]
    public void Secrets_compare()
    {
        using var zero = new Secret(new byte[32]);
        using var one = new Secret(Hex.Sequence(32));
        using var same = one.Copy();
        Assert.True(zero.IsZero);
        Assert.False(one.IsZero);
        Assert.True(one.FixedTimeEquals(same));
        Assert.False(one.FixedTimeEquals(zero));
        Assert.Throws<ArgumentException>(() => new Secret(new byte[33]));
    }

    [Fact]
    public void Generated_keys_differ_and_private_ones_are_clamped()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            using var preshared = Secret.Generate();
            using var key = Secret.GeneratePrivateKey();
            Assert.True(seen.Add(preshared.ToHex()) && seen.Add(key.ToHex()));
            Assert.Equal(0, key.Bytes[0] & 7);
            Assert.Equal(64, key.Bytes[31] & 0xc0);
        }
    }

    // RFC 7748 6.1
    [Fact]
    public void A_private_key_knows_its_public_one()
    {
        Assert.True(Secret.TryParseHex(
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", out var secret));
        using (secret)
            Assert.Equal(
                "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", secret.DerivePublicKey().ToHex());
    }
}
