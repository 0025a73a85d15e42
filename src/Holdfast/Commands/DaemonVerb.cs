using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast daemon</c>.</summary>
internal sealed class DaemonVerb : Verb
{
    private readonly Setting _config = new("--config", "FILE", Takes.File,
        "The node's YAML file; /etc/holdfast/holdfast.yaml by default");

    private readonly Flag _down = new("--down",
        "Take down what a daemon of this file left behind when it ended, and run none");

    private readonly Setting _ifStopped = new("--if-stopped", "UNIT", Takes.Word,
        "With --down: only if systemd is stopping UNIT for good, neither restarting it nor bringing it back");

    public DaemonVerb() : base("daemon", "Run every tunnel of a node's file")
    {
        Details =
        [
            "Stays in the foreground, for a service manager. SIGHUP reads the file again: what changed is applied, "
            + "and with any error the last good configuration stays in force. SIGTERM and SIGINT end it; "
            + "the devices stay, with their addresses and routes, for the next one, and drop what comes meanwhile. It "
            + "never runs commands from a file.",
            "Under systemd (holdfast.service) it says when it is ready, and feeds the watchdog only while every tunnel's thread "
            + "answers. There `systemctl stop` takes the tunnels down, and `systemctl restart` leaves them to the next daemon.",
        ];
        Examples =
        [
            new("holdfast daemon", "run /etc/holdfast/holdfast.yaml"),
            new("holdfast daemon --config site7.yaml", "run another file"),
            new("holdfast daemon --down", "after SIGTERM: remove the devices that stayed"),
        ];
        Add(_config);
        Add(_down);
        Add(_ifStopped);
    }

    /// <inheritdoc/>
    public override async Task<int> RunAsync(ParseResult words, Streams streams)
    {
        var file = words.GetValue(_config) ?? "/etc/holdfast/holdfast.yaml";
        var unit = words.GetValue(_ifStopped);
        if (words.GetValue(_down)) await DaemonRunner.TakeDownAsync(file, unit, streams.Error);
        else await DaemonRunner.RunAsync(file, streams.Error);
        return ExitCode.Done;
    }
}
