using System.Globalization;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Soak;

/// <summary>What happens to a <see cref="SoakNet"/>: one thing after another, drawn from a seed.</summary>
internal sealed class SoakFaults
{
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);

    private readonly SoakNet _net;
    private readonly Random _dice;
    private readonly (string Name, Func<Task> Step)[] _steps;
    private readonly Dictionary<string, int> _counts = [];
    private string? _extra;

    public SoakFaults(SoakNet net, int seed)
    {
        (_net, _dice) = (net, new Random(seed));
        _steps =
        [
            ("kill site", KillSite),
            ("end site", EndSite),
            ("down and up site", DownAndUpSite),
            ("kill branch", () => EndBranch(Signal.Kill)),
            ("end branch", () => EndBranch(Signal.Term)),
            ("reload branch", () => _net.ReloadBranch(_dice.Next(30))),
            ("kill wireguard-go", KillPlain),
            ("reload hub", ReloadHub),
            ("wg set hub", SetHub),
            ("another port at hub", MoveHub),
            ("another port at site", () => _net.SiteEnd.Set("listen-port", Port())),
            ("another address", MovePeer),
        ];
    }

    /// <summary>How often each has happened, for people.</summary>
    public string Counts => string.Join(", ", _counts.OrderBy(c => c.Key, StringComparer.Ordinal)
        .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value}")));

    /// <summary>All of them together.</summary>
    public int Total => _counts.Values.Sum();

    /// <summary>After which it took longest until every tunnel carried again.</summary>
    public (TimeSpan Time, string After) Slowest { get; private set; }

    /// <summary>The one that came last.</summary>
    public string Last { get; private set; } = "nothing";

    /// <summary>Does each once, so that whatever a runtime loads or keeps for it is there before anything is
    /// counted.</summary>
    public async Task WarmUp()
    {
        foreach (var (name, step) in _steps)
            await Do(name, step);
        await Settle();
    }

    /// <summary>Does the next one.</summary>
    public async Task Next()
    {
        var (name, step) = _steps[_dice.Next(_steps.Length)];
        await Do(name, step);
    }

    /// <summary>A number that the seed decides.</summary>
    public int Draw(int from, int below) => _dice.Next(from, below);

    /// <summary>Puts everything back: files, peers, ports and addresses as they were at first, and fresh processes
    /// where processes came and went.</summary>
    public async Task Settle()
    {
        await RemoveExtra();
        await _net.ReloadHub([], second: false);
        await _net.ReloadBranch(0);
        foreach (var (host, _) in _net.Peers)
            await _net.Move(host, 1);
        await DownAndUpSite();
        await EndBranch(Signal.Term);
        await KillPlain();
        await _net.AllCarry();
    }

    private async Task Do(string name, Func<Task> step)
    {
        Last = name;
        await step();
        var took = await _net.AllCarry(fromHub: _dice.Next(2) == 0);
        if (took > Slowest.Time)
            Slowest = (took, name);
        _counts[name] = _counts.GetValueOrDefault(name) + 1;
    }

    private async Task KillSite()
    {
        await _net.SiteEnd.KillEngine();
        await _net.Site.Holdfast("up", _net.SiteEnd.File.Path);
    }

    private async Task EndSite()
    {
        var pid = _net.SiteEnd.EnginePid();
        await _net.Site.Kill(pid, Signal.Term);
        await Eventually.Until(() => !_net.Site.PidsOf("holdfast").Contains(pid), EndDeadline, "the engine to end");
        await _net.Site.Holdfast("up", _net.SiteEnd.File.Path);
    }

    private async Task DownAndUpSite()
    {
        await _net.Site.Holdfast("down", "wg0");
        await _net.Site.Holdfast("up", _net.SiteEnd.File.Path);
    }

    private async Task EndBranch(Signal signal)
    {
        await _net.BranchDaemon.Kill(signal);
        await _net.BranchDaemon.Ends(EndDeadline);
        await _net.StartBranch();
    }

    private async Task KillPlain()
    {
        await _net.PlainEnd.Process!.DisposeAsync();
        // What tells that it is there again.
        File.Delete(_net.Plain.PathOf("/run/wireguard/wg0.sock"));
        await _net.StartPlain();
    }

    private Task ReloadHub()
    {
        var extra = Enumerable.Range(0, _dice.Next(40)).Select(_ => Key()).ToList();
        return _net.ReloadHub(extra, second: _dice.Next(2) == 0);
    }

    // The stock tool: a stranger comes, with a preshared key, an endpoint that nobody answers at, and a keepalive;
    // the one from before goes.
    private async Task SetHub()
    {
        await RemoveExtra();
        _extra = Key();
        _net.HubHost.WriteFile("/etc/wireguard/psk", Key());
        await _net.HubHost.Run("wg", "set", "wg0", "peer", _extra, "preshared-key", "/etc/wireguard/psk", "endpoint",
            $"192.0.2.{_dice.Next(200, 250)}:{Port()}", "persistent-keepalive", "1", "allowed-ips",
            $"10.50.{_dice.Next(256)}.0/24");
    }

    private async Task RemoveExtra()
    {
        if (_extra is not null)
            await _net.HubHost.Run("wg", "set", "wg0", "peer", _extra, "remove");
        _extra = null;
    }

    // Peers follow the hub while it speaks to them; the branch and wireguard-go know its first port alone once they
    // start afresh.
    private async Task MoveHub()
    {
        await _net.HubHost.Run("wg", "set", "wg0", "listen-port", Port());
        await _net.AllCarry(fromHub: true);
        await _net.HubHost.Run("wg", "set", "wg0", "listen-port", WgFile.Port.ToString(CultureInfo.InvariantCulture));
    }

    private Task MovePeer()
    {
        var peers = _net.Peers.ToList();
        return _net.Move(peers[_dice.Next(peers.Count)].Host, _dice.Next(3, 14));
    }

    private string Port() => _dice.Next(20_000, 30_000).ToString(CultureInfo.InvariantCulture);

    private string Key()
    {
        var bytes = new byte[32];
        _dice.NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }
}
