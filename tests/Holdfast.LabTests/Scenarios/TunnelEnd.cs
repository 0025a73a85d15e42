using System.Globalization;

namespace Holdfast.LabTests.Scenarios;

/// <summary>One end of a tunnel, as the stock `wg` tool sees it, whoever runs it.</summary>
/// <param name="Host">Where it runs.</param>
/// <param name="File">What it was made from.</param>
/// <param name="Process">The program, if it runs in the foreground.</param>
internal sealed record TunnelEnd(Host Host, WgFile File, HostProcess? Process = null)
{
    public string Name => File.Name;

    /// <summary>Bytes received and sent.</summary>
    /// <param name="peer">The peer; null is the only one.</param>
    public async Task<Transfer> Transfer(KeyPair? peer = null)
    {
        var words = (await Show("transfer", peer)).Split('\t');
        return new Transfer(long.Parse(words[1], CultureInfo.InvariantCulture),
            long.Parse(words[2], CultureInfo.InvariantCulture));
    }

    /// <summary>Where the peer is, or "(none)".</summary>
    public async Task<string> Endpoint(KeyPair? peer = null) => (await Show("endpoints", peer)).Split('\t')[1];

    /// <summary>Unix time of the last handshake; 0 is never.</summary>
    public async Task<long> LatestHandshake(KeyPair? peer = null)
        => long.Parse((await Show("latest-handshakes", peer)).Split('\t')[1], CultureInfo.InvariantCulture);

    /// <summary>`wg set` for this end.</summary>
    public Task Set(params string[] arguments) => Host.Run("wg", ["set", Name, .. arguments]);

    /// <summary>`wg set` for a peer of this end.</summary>
    public Task SetPeer(KeyPair peer, params string[] arguments) => Set(["peer", peer.Public, .. arguments]);

    /// <summary>Waits until a handshake is behind us.</summary>
    public Task HasSession(KeyPair? peer = null) => Eventually.Until(async () => await LatestHandshake(peer) > 0,
        TimeSpan.FromSeconds(5), $"{Host.Name} to shake hands");

    /// <summary>Kills the engine of `holdfast up`, and waits until it is gone.</summary>
    public async Task KillEngine()
    {
        var pid = EnginePid();
        await Host.Kill(pid, Signal.Kill);
        await Eventually.Until(() => !Host.PidsOf("holdfast").Contains(pid), TimeSpan.FromSeconds(5),
            "the engine to be gone");
    }

    /// <summary>The engine's process as the test sees it; there must be one.</summary>
    public int EnginePid() => Host.PidsOf("holdfast") is [var pid] ? pid
        : throw new LabException($"{Host.Name} runs {Host.PidsOf("holdfast").Count} engines, not one");

    private async Task<string> Show(string what, KeyPair? peer)
    {
        var lines = (await Host.Run("wg", "show", Name, what)).Lines;
        return peer is null ? lines.Single()
            : lines.Single(l => l.StartsWith(peer.Public, StringComparison.Ordinal));
    }
}
