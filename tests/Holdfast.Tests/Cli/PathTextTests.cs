using Holdfast.Control;
using Holdfast.Rendering;

namespace Holdfast.Tests.Cli;

/// <summary>What `holdfast path list` prints for people.</summary>
public sealed class PathTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_path_has_a_row_with_its_reason()
    {
        ListedPath[] paths =
        [
            new("hf0", "hub", new PathStatus
            {
                Uplink = "wwan0",
                Endpoint = "203.0.113.5:51820",
                State = "up",
                Cause = "a probe was answered",
                Since = Now.AddSeconds(-90),
                Carries = true,
                RoundTripMilliseconds = 41.26,
                JitterMilliseconds = 3.14,
                Rate = 12_340_000,
                LostOf = 200,
                Lost = 5,
                LostFromOf = 100,
                LostFrom = 1,
                SentBytes = 2048,
                Share = 0.996,
                Choice = "no other works",
                IsMetered = true,
                Wish = "pinned",
            }),
            new("hf0", "hub", new PathStatus
            {
                Id = 1,
                Endpoint = "203.0.113.5:51820",
                State = "down",
                Cause = "the uplink is lost",
                Since = Now.AddSeconds(-2),
            }),
        ];
        string[] expected =
        [
            "tunnel  peer  #  path                        state        since                        rtt            rate         lost to   lost from  sent  share    why",
            "hf0     hub   0  wwan0 to 203.0.113.5:51820  up, carries  1 minute, 30 seconds ago  41.3 ms ± 3.1  12.3 Mbit/s  2.5 %  1 %  2.00 KiB  100 % "
            + "a probe was answered, carries: no other works, pinned, metered",
            "hf0     hub   1  to 203.0.113.5:51820        down         2 seconds ago             -              -            -  -     0 B    -   "
            + "the uplink is lost",
        ];
        var text = PathText.Of(paths, Now, new RenderStyle(false, 80));
        Assert.Equal(expected.Select(Squeezed), text.TrimEnd().Split('\n').Select(Squeezed));
        Assert.Equal("no peer has more than one way to it\n", PathText.Of([], Now, new RenderStyle(false, 80)));
    }

    private static string Squeezed(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
