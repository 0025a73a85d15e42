using Holdfast.Engine.Service;

namespace Holdfast.Tests.Service;

public sealed class UnitJobTests
{
    // As systemd 252's `systemctl list-jobs --no-legend --plain --full` prints them.
    [Theory]
    [InlineData("1187 holdfast.service stop running\n", true)]
    [InlineData("1187 holdfast.service restart running\n", false)]
    [InlineData("1187 holdfast.service start running\n", false)]
    [InlineData("No jobs running.\n", false)]
    [InlineData("", false)]
    [InlineData(" 12 shutdown.target start waiting\n 13 holdfast.service stop running\n", true)]
    [InlineData("12 holdfast@wg0.service stop running\n", false)]
    [InlineData("12 holdfast.service\n", false)]
    public void Only_a_stop_of_that_very_unit_is_one(string jobs, bool isStop) =>
        Assert.Equal(isStop, UnitJob.IsStop(jobs, "holdfast.service"));
}
