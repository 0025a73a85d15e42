using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast down</c>.</summary>
internal sealed class DownVerb : Verb
{
    private readonly Value _name = new("NAME", Takes.RunningName,
        "The interface of a tunnel that runs; the path of its file will do");

    public DownVerb() : base("down", "Take a tunnel down and leave the machine as it was")
    {
        Details =
        [
            "Removes the device with its addresses, routes and rules, gives DNS back, and runs the PreDown and "
            + "PostDown commands of the tunnel's file as the caller of this command. A tunnel whose engine died is cleaned up "
            + "as well.",
        ];
        Examples = [new("holdfast down wg0", "take wg0 down")];
        Add(_name);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
        => RunAsync(words.GetRequiredValue(_name)!, streams);

    private static async Task<int> RunAsync(string name, Streams streams)
    {
        await DownRunner.RunAsync(name, streams.Error);
        return ExitCode.Done;
    }
}
