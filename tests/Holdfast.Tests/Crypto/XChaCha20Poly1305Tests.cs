using System.Text;
using Holdfast.Crypto;

namespace Holdfast.Tests.Crypto;

public sealed class XChaCha20Poly1305Tests
{
    // draft-irtf-cfrg-xchacha-03 A.3.1
    private static readonly byte[] Key = Hex.Bytes("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    private static readonly byte[] Nonce = Hex.Bytes("404142434445464748494a4b4c4d4e4f5051525354555657");
    private static readonly byte[] Associated = Hex.Bytes("50515253c0c1c2c3c4c5c6c7");
    private static readonly byte[] Plain = Encoding.ASCII.GetBytes(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the " +
        "future, sunscreen would be it.");
    private static readonly byte[] Box = Hex.Bytes(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39" +
        "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9" +
        "21f9664c97637da9768812f615c68b13b52e" + "c0875924c1c7987947deafd8780acf49");

    [Fact]
    public void Seals_and_opens_as_the_draft_does()
    {
        byte[] box = new byte[Plain.Length + XChaCha20Poly1305.TagSize], opened = new byte[Plain.Length];
        XChaCha20Poly1305.Seal(Key, Nonce, Plain, Associated, box);
        Assert.Equal(Hex.Text(Box), Hex.Text(box));
        Assert.True(XChaCha20Poly1305.TryOpen(Key, Nonce, box, Associated, opened));
        Assert.Equal(Plain, opened);
    }

    [Fact]
    public void Works_in_place()
    {
        var buffer = new byte[Box.Length];
        Plain.CopyTo(buffer, 0);
        XChaCha20Poly1305.Seal(Key, Nonce, buffer.AsSpan(0, Plain.Length), Associated, buffer);
        Assert.Equal(Box, buffer);
        Assert.True(XChaCha20Poly1305.TryOpen(Key, Nonce, buffer, Associated, buffer.AsSpan(0, Plain.Length)));
        Assert.Equal(Plain, buffer[..Plain.Length]);
    }

    [Fact]
    public void Whatever_is_forged_is_refused_and_leaves_zeros()
    {
        for (var at = 0; at < Box.Length; at++) Refuses(Key, Nonce, Changed(Box, at), Associated);
        for (var at = 0; at < Nonce.Length; at++) Refuses(Key, Changed(Nonce, at), Box, Associated);
        for (var at = 0; at < Associated.Length; at++) Refuses(Key, Nonce, Box, Changed(Associated, at));
        Refuses(Changed(Key, 31), Nonce, Box, Associated);
        Refuses(Key, Nonce, Box, []);
    }

    [Fact]
    public void An_empty_message_is_authenticated()
    {
        var box = new byte[16];
        XChaCha20Poly1305.Seal(Key, Nonce, [], Associated, box);
        Assert.True(XChaCha20Poly1305.TryOpen(Key, Nonce, box, Associated, []));
        Assert.False(XChaCha20Poly1305.TryOpen(Key, Nonce, Changed(box, 0), Associated, []));
        Assert.False(XChaCha20Poly1305.TryOpen(Key, Nonce, box.AsSpan(0, 15), Associated, []));
    }

    [Fact]
    public void A_wrong_length_is_our_bug()
    {
        Assert.Throws<ArgumentException>(() => XChaCha20Poly1305.Seal(new byte[31], Nonce, [], [], new byte[16]));
        Assert.Throws<ArgumentException>(() => XChaCha20Poly1305.Seal(Key, new byte[12], [], [], new byte[16]));
        Assert.Throws<ArgumentException>(() => XChaCha20Poly1305.Seal(Key, Nonce, [], [], new byte[15]));
        Assert.Throws<ArgumentException>(() => XChaCha20Poly1305.TryOpen(Key, Nonce, Box, Associated, new byte[9]));
    }

    private static byte[] Changed(byte[] bytes, int at)
    {
        var changed = bytes.ToArray();
        changed[at] ^= 1;
        return changed;
    }

    private static void Refuses(byte[] key, byte[] nonce, byte[] box, byte[] associated)
    {
        var fill = Hex.Sequence(box.Length - XChaCha20Poly1305.TagSize);
        Assert.False(XChaCha20Poly1305.TryOpen(key, nonce, box, associated, fill));
        Assert.False(fill.AsSpan().ContainsAnyExcept((byte)0));
    }
}
