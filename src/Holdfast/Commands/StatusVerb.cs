using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Rendering;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast status</c>.</summary>
internal sealed class StatusVerb : Verb
{
    private readonly Value _name = new("NAME", Takes.RunningName,
        "The interface of one tunnel; all of them by default")
    {
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Flag _json = new("--json", "Print JSON; its fields are only ever added to");
    private readonly Flag _watch = new("--watch", "Print again whenever something changes, until interrupted");

    public StatusVerb() : base("status", "Show tunnels and their peers")
    {
        Details =
        [
            "For each tunnel and peer: endpoint, last handshake, bytes and packets, drops by name, MTU and keepalive. "
            + "Exits with 3 when the engine of a named tunnel can't be reached. With --json and --watch, each line is "
            + "one JSON document.",
        ];
        Examples =
        [
            new("holdfast status", "show every tunnel"),
            new("holdfast status wg0 --json | jq .peers", "give a script the peers of wg0"),
            new("holdfast status --watch", "follow along"),
        ];
        Add(_name);
        Add(_json);
        Add(_watch);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
        => RunAsync(words.GetValue(_name), words.GetValue(_json), words.GetValue(_watch), streams);

    private static Task<int> RunAsync(string? name, bool json, bool watch, Streams streams) =>
        watch ? StatusRunner.WatchAsync(name, json, StatusView.Tunnels, streams)
        : StatusRunner.RunAsync(name, json, StatusView.Tunnels, streams);
}
