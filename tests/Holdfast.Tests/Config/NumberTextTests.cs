using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("0", 0u)]
    [InlineData("007", 7u)]
    [InlineData("4294967295", 4294967295u)]
    [InlineData("0xffFF", 65535u)]
    public void Digits_are_a_number(string text, uint expected)
    {
        Assert.True(NumberText.TryNumber(text, out var number));
        Assert.Equal(expected, number);
    }

    // The framework's parsers take zero bytes behind the digits.
    [Theory]
    [InlineData("24\0")]
    [InlineData("0x10\0\0")]
    [InlineData("\0")]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("4294967296")]
    [InlineData("+1")]
    [InlineData("-0")]
    [InlineData(" 1")]
    [InlineData("1\n")]
    [InlineData("\u0661")]
    public void Anything_else_is_none(string text)
    {
        Assert.False(NumberText.TryNumber(text, out _));
        Assert.False(NumberText.TryDecimal<uint>(text, out _));
    }

    [Theory]
    [InlineData("[Interface]\nListenPort = 51820\0")]
    [InlineData("[Interface]\nFwMark = 0x10\0")]
    [InlineData("[Interface]\nMTU = 1420\0")]
    [InlineData("[Interface]\nTable = 1000\0")]
    [InlineData("[Interface]\nAddress = 10.7.0.2/24\0")]
    [InlineData("[Interface]\nAddress = 10.7.0.2\0/24")]
    [InlineData("[Peer]\nPublicKey = " + TestKeys.A + "\nAllowedIPs = 10.7.0.0/2\0")]
    [InlineData("[Peer]\nPublicKey = " + TestKeys.A + "\nEndpoint = 192.0.2.1:51820\0")]
    [InlineData("[Peer]\nPublicKey = " + TestKeys.A + "\nPersistentKeepalive = 25\0")]
    public void A_zero_byte_behind_a_number_is_an_error_of_the_file(string text)
    {
        var result = WgQuickFile.Parse("wg0.conf", text);
        Assert.Null(result.Value);
        Assert.DoesNotContain('\0', Assert.Single(result.Errors).ToString());
    }
}
