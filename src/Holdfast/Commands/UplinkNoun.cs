using Holdfast.CommandLine;

namespace Holdfast.Commands;

/// <summary><c>holdfast uplink</c>.</summary>
internal sealed class UplinkNoun : Noun
{
    public UplinkNoun() : base("uplink", "Show the interfaces through which peers are reached")
    {
        Details =
        [
            "Uplinks stand in a node's file, or are found: every interface with a default route. With a list, or with two "
            + "of them, tunnels have sockets of their own for each, and what one of them loses goes on by the others.",
        ];
        Examples = [new("holdfast uplink list", "show uplinks, and why one can't be used")];
        Add(new UplinkListVerb());
    }
}
