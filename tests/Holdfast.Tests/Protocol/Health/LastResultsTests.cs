using Holdfast.Protocol.Health;
using Holdfast.Protocol.Paths;

namespace Holdfast.Tests.Protocol.Health;

public sealed class LastResultsTests
{
    [Theory]
    [InlineData("", false, false)]
    [InlineData("bbb", false, false)]
    [InlineData("bbbb", true, false)]
    [InlineData("bbgbb", true, false)]
    [InlineData("bbgbg", false, false)]
    [InlineData("bbbbgg", false, true)]
    [InlineData("gbg", false, false)]
    [InlineData("g", false, false)]
    public void Four_of_five_fail_and_two_of_two_come_back(string results, bool fails, bool comesBack)
    {
        var last = After(results);
        Assert.Equal((fails, comesBack), (last.AreBad(PathLimits.Fails), last.AreGood(PathLimits.ComesBack)));
    }

    [Fact]
    public void It_says_what_a_list_of_all_results_says()
    {
        var random = new Random(7);
        var (last, all) = (default(LastResults), new List<bool>());
        for (var i = 0; i < 5000; i++)
        {
            var isGood = random.Next(3) > 0;
            last.Add(isGood);
            all.Add(isGood);
            var rule = new FlipRule(random.Next(1, 12), Of: random.Next(1, LastResults.Most));
            var latest = all.TakeLast(rule.Of).ToList();
            Assert.Equal((latest.Count(good => good) >= rule.Least, latest.Count(good => !good) >= rule.Least), (last.AreGood(rule), last.AreBad(rule)));
        }
    }

    private static LastResults After(string results)
    {
        var last = default(LastResults);
        foreach (var result in results) last.Add(result == 'g');
        return last;
    }
}
