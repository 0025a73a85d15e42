using System.Globalization;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Kills;

/// <summary>Every phase of a tunnel's life that a kill may come into.</summary>
internal sealed class Phases
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private readonly KilledHub _hub;
    private readonly Random _dice;
    private bool _larger;

    public Phases(KilledHub hub, Random dice)
    {
        (_hub, _dice) = (hub, dice);
        All =
        [
            new("up: its client", Nothing, () => Client(itself: true, "up", _hub.Path)) { LosesClient = true },
            new("up: its engine", Nothing, () => Client(itself: false, "up", _hub.Path)),
            new("up: both", Nothing, () => Client(itself: null, "up", _hub.Path)) { LosesClient = true },
            new("traffic: the engine", Up, Traffic),
            new("wg set: the engine", Up, Set),
            new("the site moves: the engine", UpWithSession, Move) { MovesEndpoint = true },
            new("SIGTERM: the engine", Up, EndEngine),
            new("down: its client", Up, () => Client(itself: true, "down", "wg0")) { LosesClient = true },
            new("down: the engine", Up, () => Client(itself: false, "down", "wg0")),
            new("down with SaveConfig: the engine", UpSaving, () => Client(itself: false, "down", "wg0")),
            new("down with SaveConfig: both", UpSaving, () => Client(itself: null, "down", "wg0"))
            {
                LosesClient = true,
            },
            new("daemon starts", Nothing, StartDaemon) { Mode = Mode.Daemon },
            new("daemon reads its file again", DaemonOfOther, Reload) { Mode = Mode.Daemon },
            new("daemon ends", Daemon, EndDaemon) { Mode = Mode.Daemon },
            new("device: both", Nothing, () => Client(itself: null, "device", "wg0"))
            {
                Mode = Mode.Device,
                LosesClient = true,
            },
            new("device ends: the engine", Device, EndEngine) { Mode = Mode.Device },
        ];
    }

    public IReadOnlyList<Phase> All { get; }

    private Task Nothing() => Task.CompletedTask;

    private Task Up() => _hub.Start(Mode.Up);

    private async Task UpWithSession()
    {
        await Up();
        await _hub.Host.Carries(WgFile.SiteV4, Deadline);
    }

    private Task UpSaving()
    {
        _hub.WriteFiles(save: true, larger: false);
        return _hub.Start(Mode.Up);
    }

    private Task Daemon() => _hub.Start(Mode.Daemon);

    // Each time the other way: what comes, and what goes. A peer that takes all traffic brings rules, a table and
    // nftables.
    private Task DaemonOfOther()
    {
        _hub.WriteFiles(save: false, larger: _larger);
        return _hub.Start(Mode.Daemon);
    }

    private Task Device() => _hub.Start(Mode.Device);

    /// <summary>Runs a verb that is a client of an engine.</summary>
    /// <param name="itself">Whether the client is the victim; false is its engine, null is both.</param>
    /// <param name="arguments">The verb, and what follows.</param>
    private async Task<Course> Client(bool? itself, params string[] arguments)
    {
        var client = _hub.Host.Start(HoldfastBinary.Path, arguments);
        var pid = await client.Pid();
        // An engine's first milliseconds are its runtime's, so it does not matter that it is found a few of them late.
        if (itself == false)
        {
            await Eventually.Until(() => client.HasExited || _hub.Others(pid).Any(), Deadline, "an engine to be there",
                client.Describe);
        }
        return new Course(Victims, client.Ends(Deadline));

        IEnumerable<int> Victims() => itself switch
        {
            true => [pid],
            false => _hub.Others(pid),
            null => _hub.Others(pid).Append(pid),
        };
    }

    private Task<Course> Traffic()
    {
        var ping = _hub.Site.Host.Start("ping", "-n", "-i", "0.002", "-c", "100", WgFile.HubV4);
        return Task.FromResult(new Course(Engine, ping.Ends(Deadline)));
    }

    private Task<Course> Set()
    {
        var sets = _hub.Host.Start("sh", "-c", $"""
            for i in 1 2 3 4 5 6 7 8 9 10; do
              wg set wg0 listen-port 520$((i + 10)) peer {KeyPair.Third.Public} allowed-ips 10.60.$i.0/24 || exit 0
              wg set wg0 listen-port {WgFile.Port} peer {KeyPair.Third.Public} remove || exit 0
            done
            """);
        return Task.FromResult(new Course(Engine, sets.Ends(Deadline)));
    }

    private async Task<Course> Move()
    {
        var before = _hub.Kept();
        await _hub.Site.Set("listen-port", _dice.Next(20_000, 30_000).ToString(CultureInfo.InvariantCulture));
        var ping = _hub.Site.Host.Start("ping", "-n", "-c", "1", "-W", "1", WgFile.HubV4);
        return new Course(Engine, OnDisk());

        async Task OnDisk()
        {
            // After a kill it may never come.
            await Eventually.Until(() => _hub.Kept() != before || !Engine().Any(), Deadline,
                "the endpoint to be on disk");
            await ping.Ends(Deadline);
        }
    }

    private Task<Course> EndEngine()
    {
        var engine = Engine().Single();
        return Task.FromResult(new Course(() => [engine], Task.WhenAll(Tell(engine, Signal.Term), _hub.Gone())));
    }

    // The phase begins with the program that sends the signal, so that no moment after it is left out.
    private async Task Tell(int pid, Signal signal)
    {
        try
        {
            await _hub.Host.Kill(pid, signal);
        }
        catch (LabException) when (!Engine().Contains(pid))
        {
            // It was killed before.
        }
    }

    private async Task<Course> StartDaemon()
    {
        var daemon = _hub.BeginDaemon();
        await daemon.Pid();
        return new Course(Engine, Says(daemon, "wg0 is up"));
    }

    private async Task<Course> Reload()
    {
        _hub.WriteFiles(save: false, _larger = !_larger);
        var daemon = _hub.Daemon;
        var told = Tell(await daemon.Pid(), Signal.Hup);
        return new Course(Engine, Task.WhenAll(told, Says(daemon, "is in force")));
    }

    private async Task<Course> EndDaemon()
    {
        var daemon = _hub.Daemon;
        var told = Tell(await daemon.Pid(), Signal.Term);
        return new Course(Engine, Task.WhenAll(told, daemon.Ends(Deadline)));
    }

    private static Task Says(HostProcess daemon, string text) => Eventually.Until(
        () => daemon.HasExited || daemon.Errors.Lines.Any(l => l.Contains(text, StringComparison.Ordinal)), Deadline,
        $"the daemon to say \"{text}\"", daemon.Describe);

    private IEnumerable<int> Engine() => _hub.Host.PidsOf("holdfast");
}
