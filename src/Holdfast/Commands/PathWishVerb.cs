using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Control;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast path pin</c>, <c>drain</c> and <c>release</c>.</summary>
internal sealed class PathWishVerb : Verb
{
    private readonly Value _tunnel = new("NAME", Takes.RunningName, "The interface of the tunnel");
    private readonly Value _peer = new("PEER", Takes.NewName, "The peer's name, or its public key");
    private readonly Value _path = new("PATH", Takes.NewName, "The path's number, or an uplink: all paths by it");
    private readonly string _wish;

    private PathWishVerb(string wish, string summary, string details, string example) : base(wish, summary)
    {
        _wish = wish;
        Details = [details + " It lasts until the engine ends."];
        Examples = [new($"holdfast path {wish} hf0 hub wwan0", example)];
        Add(_tunnel);
        Add(_peer);
        Add(_path);
    }

    internal static PathWishVerb Pin() => new("pin", "Let a path carry while it works",
        "The path leads, whatever the others measure; if it fails, another one carries until it works again.",
        "use the modem now, before the cable is pulled");

    internal static PathWishVerb Drain() => new("drain", "Take the data off a path",
        "The path carries only where nothing else works: before its uplink is worked on, or while it costs too much.",
        "take the data off the modem");

    internal static PathWishVerb Release() => new("release", "Let a path be used as it is measured",
        "Ends pin and drain.", "let the modem stand by again");

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
    {
        var request = new ControlRequest
        {
            Verb = ControlVerbs.Path,
            Peer = words.GetRequiredValue(_peer),
            Path = words.GetRequiredValue(_path),
            Wish = _wish,
        };
        return PathRunner.WishAsync(words.GetRequiredValue(_tunnel)!, request, streams);
    }
}
