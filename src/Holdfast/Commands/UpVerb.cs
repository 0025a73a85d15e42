using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast up</c>.</summary>
internal sealed class UpVerb : Verb
{
    private readonly Value _target = new("FILE|NAME", Takes.FileOrName,
        "A tunnel's file; a bare NAME is /etc/wireguard/NAME.conf, or else /etc/holdfast/NAME.conf");

    private readonly Flag _foreground = new("--foreground", "Stay, and end with the tunnel", "-f");

    public UpVerb() : base("up", "Bring a tunnel up and keep it up in the background")
    {
        Details =
        [
            "Takes wg-quick's files unchanged, and YAML files with one tunnel. Returns once the device is up, with "
            + "its addresses and routes; the tunnel's engine stays in the background. When anything fails, what was "
            + "done is undone and the exit code is 1.",
            "SIGHUP to the engine, or to this command with --foreground, reads the file again: what changed is applied, sessions of "
            + "peers that did not change go on, and with any error the last good configuration stays in force. Commands and DNS "
            + "are left for the next start.",
            "The file's PreUp and PostUp commands and its DNS run here, as the caller of this command, and only from "
            + "a file that is yours or root's and that nobody else can write. Needs CAP_NET_ADMIN.",
        ];
        Examples =
        [
            new("holdfast up wg0", "bring up /etc/wireguard/wg0.conf"),
            new("holdfast up ./site7.conf --foreground", "stay in the terminal; Ctrl-C takes the tunnel down"),
        ];
        Add(_target);
        Add(_foreground);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
        => RunAsync(words.GetRequiredValue(_target)!, words.GetValue(_foreground), streams);

    private static async Task<int> RunAsync(string target, bool foreground, Streams streams)
    {
        await UpRunner.RunAsync(target, foreground, streams.Error);
        return ExitCode.Done;
    }
}
