using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Engine.Config;

namespace Holdfast.Commands;

/// <summary><c>holdfast config schema</c>.</summary>
internal sealed class ConfigSchemaVerb : Verb
{
    public ConfigSchemaVerb() : base("schema", "Print the JSON schema of a node's YAML file, for editors")
        => Examples = [new("holdfast config schema > holdfast.schema.json", "keep it beside the file")];

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
    {
        streams.Out.Write(ConfigSchema.Text());
        return Task.FromResult(ExitCode.Done);
    }
}
