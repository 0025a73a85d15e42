using Holdfast.Rendering;

namespace Holdfast.Tests.Cli;

public sealed class WordsTests
{
    // The forms of wg show.
    [Theory]
    [InlineData(0, "0 B"), InlineData(1023, "1023 B"), InlineData(1024, "1.00 KiB"), InlineData(1229, "1.20 KiB")]
    [InlineData(1048575, "1.00 MiB"), InlineData(1 << 20, "1.00 MiB"), InlineData(1L << 40, "1.00 TiB")]
    [InlineData(long.MaxValue, "8.00 EiB")]
    public void Bytes_have_binary_units(long bytes, string text) => Assert.Equal(text, Words.Bytes(bytes));

    [Theory]
    [InlineData(0, "now"), InlineData(0.9, "now"), InlineData(1, "1 second ago")]
    [InlineData(63, "1 minute, 3 seconds ago")]
    [InlineData(86400 + 7200, "1 day, 2 hours ago"), InlineData(366.0 * 86400, "1 year, 1 day ago")]
    [InlineData(-0.5, "now"), InlineData(-1, "in the future: this machine's clock went back")]
    public void Times_are_told_in_words(double seconds, string text)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        Assert.Equal(text, Words.Ago(now.AddSeconds(-seconds), now));
    }
}
