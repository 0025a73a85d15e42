using System.Diagnostics;
using System.Globalization;
using Holdfast.Engine.Service;

namespace Holdfast.Tests.Service;

public sealed class ServiceManagerTests
{
    private static readonly string Self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public void It_is_told_once_that_we_are_ready_and_again_after_a_reload()
    {
        var start = Now();
        using var listener = new DatagramListener();
        using var manager = ServiceManager.Of(listener.Address, null, null);
        manager.IsNotReady("0 of 1 tunnels up");
        manager.StillStarts(TimeSpan.FromSeconds(2));
        manager.IsReady("up: hf0");
        manager.StillStarts(TimeSpan.FromSeconds(2)); // while it runs that would be a limit to its life
        manager.IsReady("up: hf0, hf1");
        manager.Reloads();
        manager.IsReady("up: hf1");
        manager.IsAlive();
        manager.Stops();

        Assert.Equal("STATUS=0 of 1 tunnels up", listener.NextText());
        Assert.Equal("EXTEND_TIMEOUT_USEC=2000000", listener.NextText());
        Assert.Equal("READY=1\nSTATUS=up: hf0", listener.NextText());
        Assert.Equal("STATUS=up: hf0, hf1", listener.NextText());
        var reload = listener.NextText().Split('\n');
        Assert.Equal("RELOADING=1", reload[0]);
        Assert.StartsWith("MONOTONIC_USEC=", reload[1], StringComparison.Ordinal);
        var moment = long.Parse(reload[1].Split('=')[1], CultureInfo.InvariantCulture);
        Assert.InRange(moment, start, Now());
        Assert.Equal("READY=1\nSTATUS=up: hf1", listener.NextText());
        Assert.Equal("WATCHDOG=1", listener.NextText());
        Assert.Equal("STOPPING=1\nSTATUS=ending", listener.NextText());
        Assert.False(listener.HasMore);

        // CLOCK_MONOTONIC in microseconds, as sd_notify(3) wants it.
        static long Now() => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
    }

    [Fact]
    public void Its_variables_are_taken_away_from_programs_that_we_start()
    {
        using var listener = new DatagramListener();
        string[] names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];
        Environment.SetEnvironmentVariable(names[0], listener.Address);
        Environment.SetEnvironmentVariable(names[1], "3000000");
        Environment.SetEnvironmentVariable(names[2], Self);
        using var manager = ServiceManager.Take();
        Assert.All(names, name => Assert.Null(Environment.GetEnvironmentVariable(name)));
        Assert.Equal(TimeSpan.FromSeconds(3), manager.Watchdog);
        manager.IsAlive();
        Assert.Equal("WATCHDOG=1", listener.NextText());
    }

    [Fact]
    public void Without_one_nothing_happens()
    {
        using var manager = ServiceManager.Of(null, "3000000", null);
        manager.IsReady("up: hf0");
        Assert.Null(manager.Watchdog);
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("0"), InlineData("-1"), InlineData("soon")]
    public void A_watchdog_without_a_time_is_none(string? time)
    {
        using var listener = new DatagramListener();
        using var manager = ServiceManager.Of(listener.Address, time, null);
        Assert.Null(manager.Watchdog);
    }

    [Fact]
    public void Another_process_that_is_watched_is_none_of_our_business()
    {
        using var listener = new DatagramListener();
        using var parent = ServiceManager.Of(listener.Address, "3000000", "1");
        Assert.Null(parent.Watchdog);
        using var self = ServiceManager.Of(listener.Address, "3000000", Self);
        Assert.Equal(TimeSpan.FromSeconds(3), self.Watchdog);
    }
}
