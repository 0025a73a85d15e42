using Holdfast.Engine.Service;

namespace Holdfast.Tests.Service;

public sealed class NodeReportTests
{
    [Fact]
    public void It_says_what_is_up_and_what_is_not_and_why()
    {
        Assert.Equal("up: hf0, hf1", NodeReport.Of(["hf0", "hf1"], [], isBehind: false));
        Assert.Equal("no tunnel is wanted", NodeReport.Of([], [], isBehind: false));
        Assert.Equal("1 of 3 tunnels up; not hf1: bind udp: Address already in use; not hf2",
            NodeReport.Of(["hf0"], [("hf1", "bind udp: Address already in use"), ("hf2", null)], isBehind: false));
        Assert.Equal("up: hf0; the file can't be used, the last good one is in force",
            NodeReport.Of(["hf0"], [], isBehind: true));
    }

    [Fact]
    public void It_stays_one_line_that_can_be_read()
    {
        var missing = Enumerable.Range(0, 100).Select(i => ($"hf{i}", (string?)"a\nreason")).ToArray();
        var line = NodeReport.Of([], missing, isBehind: true);
        Assert.Equal(400, line.Length);
        Assert.DoesNotContain('\n', line);
    }
}
