using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Rendering;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast log</c>.</summary>
internal sealed class LogVerb : Verb
{
    private readonly Value _name = new("NAME", Takes.RunningName,
        "The interface of one tunnel; all of them by default")
    {
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Flag _follow = new("--follow", "Go on with what happens, until interrupted", "-f");
    private readonly Flag _json = new("--json", "Print one JSON object a line; its fields are only ever added to");

    private readonly Setting _since = new("--since", "DURATION", Takes.NewName,
        "Leave out what happened longer ago: 90s, 10m, 1h30m, 2d");

    private readonly Setting _peer = new("--peer", "PEER", Takes.NewName,
        "Show what is about one peer alone, by its name or public key");

    public LogVerb() : base("log", "Show what happened, and why")
    {
        Details =
        [
            "Asks the engines that run for their last 2,048 events, oldest first: tunnels, sessions, paths and uplinks that came and "
            + "went, with what was before and the cause, and files that were read again. An engine forgets its events when it ends; "
            + "the journal, or NAME.log in /run/holdfast, has the same lines.",
            "With --follow an engine that goes is waited for, and the next one told of. What peers cause is bounded: what goes beyond is "
            + "counted, and said. Exits with 3 when the engine of a named tunnel, or any, can't be reached.",
        ];
        Examples =
        [
            new("holdfast log --follow", "see what happens while a wire is pulled"),
            new("holdfast log hf0 --since 1h --peer hub", "what was the matter with one peer in the last hour"),
            new("holdfast log --json | jq 'select(.part == \"path\" and .to == \"down\")'", "give a script the paths that failed"),
        ];
        _since.Validators.Add(result => Span.Check(result, _since.Name));
        Add(_name);
        Add(_follow);
        Add(_json);
        Add(_since);
        Add(_peer);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
    {
        var from = words.GetValue(_since) is { } since && Span.Parse(since) is { } span ? DateTimeOffset.UtcNow - span
            : DateTimeOffset.MinValue;
        var view = new EventView(from, words.GetValue(_peer), words.GetValue(_json), RenderStyle.OfOutput());
        var name = words.GetValue(_name);
        return words.GetValue(_follow) ? LogRunner.FollowAsync(name, view, streams) : LogRunner.RunAsync(name, view, streams);
    }
}
