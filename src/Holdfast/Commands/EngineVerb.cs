using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast engine</c>: what <c>up</c> and <c>device</c> start in the background. Not for people.</summary>
internal sealed class EngineVerb : Verb
{
    private readonly Value _kind = new("tunnel|device", Takes.Word, "What to run");
    private readonly Value _target = new("FILE|NAME", Takes.FileOrName, "The tunnel's file, or the device's name");

    public EngineVerb() : base("engine", "Run an engine that reports to the process that started it")
    {
        Hidden = true;
        Add(_kind);
        Add(_target);
    }

    /// <inheritdoc/>
    public override async Task<int> RunAsync(ParseResult words, Streams streams)
    {
        var target = words.GetRequiredValue(_target)!;
        if (words.GetValue(_kind) == "device") await DeviceRunner.RunBackgroundEngineAsync(target, streams.Error);
        else await UpRunner.RunBackgroundEngineAsync(target, streams.Error);
        return ExitCode.Done;
    }
}
