using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Rendering;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast path list</c>.</summary>
internal sealed class PathListVerb : Verb
{
    private readonly Value _name = new("NAME", Takes.RunningName,
        "The interface of one tunnel; all of them by default")
    {
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Flag _json = new("--json", "Print JSON; its fields are only ever added to");
    private readonly Flag _watch = new("--watch", "Print again every second, until interrupted");

    public PathListVerb() : base("list", "Show paths, and why each is as it is")
    {
        Details =
        [
            "For each path: its state and since when, round trip time with its jitter, the rate that it delivers when it is busy, loss on the "
            + "way to the peer and on the way from there, what was sent and its share of what went to the peer in the last seconds; why it is in its "
            + "state, and why it carries data or stands by. Unproved ones have not answered yet, and get probes alone. A peer with one way only "
            + "is not listed. Exits with 3 when the engine of a named tunnel can't be reached.",
        ];
        Examples =
        [
            new("holdfast path list --watch", "follow along while a wire is pulled"),
            new("holdfast path list hf0 --json | jq '.[] | select(.path.carries)'", "give a script the paths in use"),
        ];
        Add(_name);
        Add(_json);
        Add(_watch);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
    {
        var (name, json) = (words.GetValue(_name), words.GetValue(_json));
        return words.GetValue(_watch) ? StatusRunner.WatchAsync(name, json, StatusView.Paths, streams)
            : StatusRunner.RunAsync(name, json, StatusView.Paths, streams);
    }
}
