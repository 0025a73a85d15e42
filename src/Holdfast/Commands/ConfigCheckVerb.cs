using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Engine.Config;

namespace Holdfast.Commands;

/// <summary><c>holdfast config check</c>.</summary>
internal sealed class ConfigCheckVerb : Verb
{
    private readonly Value _target = ConfigNoun.Target();
    private readonly Flag _json = new("--json", "Print the findings as JSON; its fields are only ever added to");

    public ConfigCheckVerb() : base("check", "Say whether a file is right, and what is wrong with it")
    {
        Details =
        [
            "Each finding is one line, FILE:LINE:COLUMN: what; what to do. Exits with 1 when there is an error; "
            + "warnings alone leave it at 0.",
        ];
        Examples = [new("holdfast config check site7.yaml", "check a node's file")];
        Add(_target);
        Add(_json);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
    {
        var result = TunnelFile.OnHost.LoadAll(words.GetRequiredValue(_target)!);
        if (words.GetValue(_json))
            streams.Out.WriteLine(FindingsJson.Text(result));
        else
            Print(result, streams);
        foreach (var tunnel in result.Value?.Tunnels ?? []) tunnel.ForgetKeys();
        return Task.FromResult(result.Value is null ? ExitCode.Failed : ExitCode.Done);
    }

    private static void Print(ConfigResult<NodeConfig> result, Streams streams)
    {
        foreach (var error in result.Errors) streams.Say($"error: {error}");
        foreach (var warning in result.Warnings) streams.Say($"warning: {warning}");
        if (result.Value is not { } node) return;
        streams.Out.WriteLine($"{result.File} is right");
        foreach (var tunnel in node.Tunnels) streams.Out.WriteLine(Summary(tunnel));
    }

    private static string Summary(TunnelConfig tunnel)
    {
        int prefixes = tunnel.Peers.Sum(p => p.AllowedIps.Count);
        string addresses = tunnel.Addresses.Count > 0 ? string.Join(", ", tunnel.Addresses) : "no address";
        string hooks = tunnel.HasHooks ? ", with commands" : "";
        return $"{tunnel.Name}: {addresses}; {Count(tunnel.Peers.Count, "peer")}, "
            + $"{Count(prefixes, "prefix", "prefixes")}, table {tunnel.Table}{hooks}";
    }

    private static string Count(int count, string one, string? more = null)
        => count == 1 ? $"1 {one}" : $"{count} {more ?? one + "s"}";
}
