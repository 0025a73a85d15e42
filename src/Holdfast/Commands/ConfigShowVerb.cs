using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Engine.Config;

namespace Holdfast.Commands;

/// <summary><c>holdfast config show</c>.</summary>
internal sealed class ConfigShowVerb : Verb
{
    private readonly Value _target = ConfigNoun.Target();

    private readonly Setting _format = new("--format", "FORMAT", Takes.Word,
        "wg for wg-quick's format, yaml for a node's file; the file's own by default", "wg", "yaml");

    private readonly Setting _tunnel = new("--tunnel", "NAME", Takes.NewName,
        "Show one tunnel of a YAML file; wg-quick's format holds only one");

    private readonly Flag _showKeys = new("--show-keys", "Print private and preshared keys instead of (hidden)");

    public ConfigShowVerb() : base("show", "Print what a file says, in a uniform way")
    {
        Details =
        [
            "Shows what was understood, with every value in its usual spelling. With --show-keys the output is a file "
            + "that means the same, in either format; what a format can't say is kept as a comment.",
        ];
        Examples =
        [
            new("holdfast config show wg0", "print wg0's file without its keys"),
            new("(umask 077; holdfast config show wg0 --format yaml --show-keys > wg0.yaml)",
                "turn a wg-quick file into a node's file"),
        ];
        Add(_target);
        Add(_format);
        Add(_tunnel);
        Add(_showKeys);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams) => Task.FromResult(Run(
        words.GetRequiredValue(_target)!, words.GetValue(_format), words.GetValue(_tunnel),
        !words.GetValue(_showKeys), streams));

    private static int Run(string target, string? format, string? tunnel, bool hideKeys, Streams streams)
    {
        var result = TunnelFile.OnHost.LoadAll(target);
        foreach (var error in result.Errors) streams.Say($"error: {error}");
        if (result.Value is not { } node) return ExitCode.Failed;
        try
        {
            bool isWg = (format ?? (WgQuickFile.NameFrom(result.File) is null ? "yaml" : "wg")) == "wg";
            if (tunnel is not null) node = node with { Tunnels = [.. node.Tunnels.Where(t => t.Name == tunnel)] };
            if (tunnel is not null && node.Tunnels.Count == 0)
                return streams.Fail($"{result.File}: no tunnel {UsageError.Quote(tunnel)} in the file; leave out --tunnel to see all");
            if (isWg && node.Tunnels.Count != 1)
                return streams.Fail($"{result.File}: {node.Tunnels.Count} tunnels in it; choose one with --tunnel");
            if (!hideKeys) KeyGenerateVerb.WarnOfOthers(streams);
            streams.Out.Write(isWg ? WgQuickFile.Print(node.Tunnels[0], hideKeys) : YamlFile.Print(node, hideKeys));
            return ExitCode.Done;
        }
        finally
        {
            foreach (var loaded in result.Value.Tunnels) loaded.ForgetKeys();
        }
    }
}
