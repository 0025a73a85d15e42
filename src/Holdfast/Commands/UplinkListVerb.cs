using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast uplink list</c>.</summary>
internal sealed class UplinkListVerb : Verb
{
    private readonly Flag _json = new("--json", "Print JSON; its fields are only ever added to");

    public UplinkListVerb() : base("list", "Show uplinks, and why one can't be used")
    {
        Details =
        [
            "Asks the engines that run. An uplink is up, or gone, down, without carrier, without address, or without gateway; "
            + "or flapping, if it was lost too often of late, and others carry until it has stayed for a while. What stands in its way is "
            + "named with its cure. Exits with 3 when no engine answers, and with 4 when an uplink "
            + "can't be used or has something in its way.",
        ];
        Examples =
        [
            new("holdfast uplink list", "show them"),
            new("holdfast uplink list --json | jq '.[] | select(.up | not)'", "give a script those that are out"),
        ];
        Add(_json);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams) =>
        UplinkRunner.ListAsync(words.GetValue(_json), streams);
}
