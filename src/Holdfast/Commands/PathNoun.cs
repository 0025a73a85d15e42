using Holdfast.CommandLine;

namespace Holdfast.Commands;

/// <summary><c>holdfast path</c>.</summary>
internal sealed class PathNoun : Noun
{
    public PathNoun() : base("path", "Show and choose the ways by which data goes to peers")
    {
        Details =
        [
            "A path is an uplink, or an address of this host, and an address of a peer that is Holdfast too. The best that works "
            + "carries; the others stand by and are probed.",
        ];
        Examples = [new("holdfast path list", "show paths, and why each is as it is")];
        Add(new PathListVerb());
        Add(PathWishVerb.Pin());
        Add(PathWishVerb.Drain());
        Add(PathWishVerb.Release());
    }
}
