using System.Globalization;
using Holdfast.Labs;

namespace Holdfast.Comparing.Peers;

/// <summary>How many peers a hub gets, and how long it is looked at.</summary>
internal sealed record PeersPlan
{
    public const string Usage = """
        usage: compare peers [--peers N] [--rounds N] [--only NAME,NAME] [--no-restart] [--json FILE] [--quick]
          --peers N     peers of the hub (10000)
          --rounds N    rounds of all in turn (3)
          --only NAMES  some of: holdfast, wireguard-go
          --no-restart  leaves out the hub's kill -9 and its calls afterwards
          --json FILE   writes every single figure
          --quick       300 peers, as little of each as still shows that it works
        """;

    private string Conditions => string.Create(CultureInfo.InvariantCulture, $"""
        A hub with {Peers} peers, each with one prefix of its own and its route, and one process that plays them all over UDP.
        Memory: resident, of the hub's process, after starting and being shown several times, less that of the same hub with one
        peer, by peer. Handshakes: from the first peer's call, all at once, until the last one's session stands. Greeting: from
        the first of a restarted hub's calls. Idle: no peer sends anything. UDP: the highest paced rate from the hub's host of
        which at most 0.1 % is lost.
        """);

    public int Peers { get; init; } = 10_000;

    public int Rounds { get; init; } = 3;

    public IReadOnlyList<string> Names { get; init; } = [.. Hub.All.Select(h => h.Name)];

    public string? Json { get; init; }

    /// <summary>Whether the hub is killed and started again.</summary>
    public bool Restarts { get; init; } = true;

    /// <summary>How long one rate of datagrams is tried.</summary>
    public TimeSpan UdpTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the interval between a rate that arrives and one that does not is halved.</summary>
    public int UdpHalvings { get; init; } = 4;

    /// <summary>The highest rate of datagrams that is tried, per second.</summary>
    public int UdpMost { get; init; } = 512_000;

    /// <summary>How long a hub's idleness is measured.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longer, and the handshakes count as "never".</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(120);

    public static PeersPlan Parse(IReadOnlyList<string> arguments)
    {
        var plan = arguments.Contains("--quick") ? Quick : new PeersPlan();
        for (var i = 0; i < arguments.Count; i++)
        {
            plan = arguments[i] switch
            {
                "--quick" => plan,
                "--peers" => plan with { Peers = Number(Next()) },
                "--rounds" => plan with { Rounds = Number(Next()) },
                "--only" => plan with { Names = [.. Next().Split(',').Select(n => Hub.Named(n).Name)] },
                "--no-restart" => plan with { Restarts = false },
                "--json" => plan with { Json = Next() },
                _ => throw new FormatException(Usage),
            };

            string Next() => ++i < arguments.Count ? arguments[i] : throw new FormatException(Usage);
        }
        return plan;
    }

    /// <summary>Measures, and prints the table.</summary>
    public async Task Run()
    {
        if (LabRequirements.Check(["ip", "unshare", "nsenter", "mount", "wg", "wireguard-go"]) is { } missing)
            throw new LabException(missing);
        var comparison = await Comparison.Run(await FindVersions(), Rounds,
            (name, found) => PeersRound.Run(Hub.Named(name), this, found), Console.Error);
        Table.Print(comparison, PeersMetric.All, "wireguard-go",
            Conditions, Patience, Console.Out);
        if (Json is { } file)
            Figures.Save(comparison, file);
    }

    private async Task<IReadOnlyList<(string, string)>> FindVersions()
    {
        await using var lab = await Lab.Draw("host");
        var versions = new List<(string, string)>();
        foreach (var name in Names)
            versions.Add((name, await Contender.Named(name).Version(lab.Host("host"))));
        return versions;
    }

    private static PeersPlan Quick => new()
    {
        Peers = 300,
        Rounds = 1,
        Idle = TimeSpan.FromSeconds(1),
        UdpHalvings = 0,
        UdpMost = RateSearch.Least,
    };

    private static int Number(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw new FormatException($"{text} is no number above 0\n{Usage}");
}
