using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Engine.Config;
using Holdfast.Running;

namespace Holdfast.Commands;

/// <summary><c>holdfast device</c>.</summary>
internal sealed class DeviceVerb : Verb
{
    private readonly Value _name = new("NAME", Takes.NewName, "The interface to make");
    private readonly Flag _foreground = new("--foreground", "Stay, and end with the device", "-f");

    public DeviceVerb() : base("device", "Make a bare device for wg and wg-quick")
    {
        Details =
        [
            "Makes an interface without keys, peers, addresses or routes; wg sets it and wg-quick uses it, as they do "
            + "with any userspace WireGuard. Returns once wg can reach it at /var/run/wireguard/NAME.sock. Removing "
            + "the socket or the interface ends it.",
        ];
        Examples =
        [
            new("holdfast device wg0", "make wg0, then: wg setconf wg0 FILE"),
            new("WG_QUICK_USERSPACE_IMPLEMENTATION=holdfast-wg wg-quick up wg0",
                "let the stock wg-quick use Holdfast"),
        ];
        _name.Validators.Add(result =>
        {
            if (result.Tokens is [var word] && !InterfaceName.IsValid(word.Value))
                result.AddError($"{UsageError.Quote(word.Value)} can't name an interface: {InterfaceName.Rule}");
        });
        Add(_name);
        Add(_foreground);
    }

    /// <inheritdoc/>
    public override Task<int> RunAsync(ParseResult words, Streams streams)
        => RunAsync(words.GetRequiredValue(_name)!, words.GetValue(_foreground), streams);

    private static async Task<int> RunAsync(string name, bool foreground, Streams streams)
    {
        await DeviceRunner.RunAsync(name, foreground, streams.Error);
        return ExitCode.Done;
    }
}
