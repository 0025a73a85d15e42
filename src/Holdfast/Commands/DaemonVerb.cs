using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast daemon</c>.</summary>
internal sealed class DaemonVerb : Verb
{
    private readonly Setting _config = new("--config", "FILE", Takes.File,
        "The node's YAML file; /etc/holdfast/holdfast.yaml by default");

    public DaemonVerb() : base("daemon", "Run every tunnel of a node's file")
    {
        Details =
        [
            "Stays in the foreground, for a service manager. SIGHUP reads the file again: what changed is applied, "
            + "and with any error the last good configuration stays in force. SIGTERM and SIGINT end it; "
            + "the devices stay, with their addresses and routes, for the next one, and drop what comes meanwhile. It "
            + "never runs commands from a file.",
        ];
        Examples =
        [
            new("holdfast daemon", "run /etc/holdfast/holdfast.yaml"),
            new("holdfast daemon --config site7.yaml", "run another file"),
        ];
        Add(_config);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
        => RunAsync(words.GetValue(_config) ?? "/etc/holdfast/holdfast.yaml", streams);

    private static async Task<int> RunAsync(string configFile, Streams streams)
    {
        await DaemonRunner.RunAsync(configFile, streams.Error);
        return ExitCode.Done;
    }
}
