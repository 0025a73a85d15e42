using Holdfast.Labs;

namespace Holdfast.Comparing.Contenders;

/// <summary>A pair of WireGuard keys as text.</summary>
internal sealed record WireguardKey(string Private, string Public)
{
    public static async Task<WireguardKey> Make(Host host)
    {
        var secret = (await host.Run("wg", "genkey")).Output;
        var input = RunOptions.Usual with { Input = secret };
        return new WireguardKey(secret, (await host.Run(input, "wg", "pubkey")).Output);
    }
}
