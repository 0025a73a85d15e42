using System.Globalization;
using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>What is measured, how long and how often.</summary>
internal sealed record Plan
{
    public const string Usage = """
        usage: compare [--rounds N] [--seconds N] [--only NAME,NAME...] [--figures KEY,KEY...] [--json FILE] [--quick]
          --rounds N    rounds of all in turn (5)
          --seconds N   seconds of each TCP measurement (5)
          --only NAMES  some of: bare, holdfast, holdfast-chacha, wireguard-go, openvpn
          --figures KEYS  only what tells these, by the names of the JSON file: tcp1, udp, ping, restart, ...
          --json FILE   writes every single figure
          --quick       as little of each as still shows that it works
        or:    compare peers ...   a hub with thousands of peers; compare peers --help tells more
        """;

    private const string Conditions = """
        Two hosts, one veth pair, MTU 1500; measured once the programs rest after their start. UDP: the highest paced rate of which at most 0.1 % is lost. CPU: of the tunnel's
        processes, one TCP stream. Plain wire: tso, gso and tx-udp-segmentation off at both ends, gro is anyway. holdfast
        seals with AES-256-GCM if the processor has it, holdfast-chacha with WireGuard's cipher. Restart: from kill -9, with
        the program started again at once, until pings flow; the near end knows the far end's address.
        """;

    public int Rounds { get; init; } = 5;

    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(5);

    public IReadOnlyList<Contender> Contenders { get; init; } = Contender.All;

    public string? Json { get; init; }

    /// <summary>Beginnings of the keys of what is measured; empty is everything.</summary>
    public IReadOnlyList<string> Figures { get; init; } = [];

    /// <summary>Pings of one measurement, and the time between two of them.</summary>
    public int Pings { get; init; } = 500;

    public TimeSpan PingInterval { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long one rate of datagrams is tried.</summary>
    public TimeSpan UdpTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the interval between a rate that arrives and one that does not is halved.</summary>
    public int UdpHalvings { get; init; } = 4;

    /// <summary>The highest rate of datagrams that is tried, per second.</summary>
    public int UdpMost { get; init; } = 512_000;

    /// <summary>Longer, and a restart counts as "never".</summary>
    public TimeSpan RestartPatience { get; init; } = TimeSpan.FromSeconds(90);

    public static Plan Parse(IReadOnlyList<string> arguments)
    {
        var plan = arguments.Contains("--quick") ? Quick : new Plan();
        for (var i = 0; i < arguments.Count; i++)
        {
            plan = arguments[i] switch
            {
                "--quick" => plan,
                "--rounds" => plan with { Rounds = Number(Next()) },
                "--seconds" => plan with { Time = TimeSpan.FromSeconds(Number(Next())) },
                "--only" => plan with { Contenders = [.. Next().Split(',').Select(Contender.Named)] },
                "--figures" => plan with { Figures = [.. Next().Split(',').Select(Key)] },
                "--json" => plan with { Json = Next() },
                _ => throw new FormatException($"{arguments[i]}?\n{Usage}"),
            };

            string Next() => ++i < arguments.Count ? arguments[i] : throw new FormatException(Usage);
            string Key(string key) => Metric.All.Any(m => m.Key.StartsWith(key, StringComparison.Ordinal)) ? key
                : throw new FormatException($"{key} begins none of {string.Join(", ", Metric.All.Select(m => m.Key))}");
        }
        return plan;
    }

    /// <summary>Whether a figure is asked for.</summary>
    public bool Wants(Metric metric)
        => Figures.Count == 0 || Figures.Any(f => metric.Key.StartsWith(f, StringComparison.Ordinal));

    /// <summary>Measures, and prints the table.</summary>
    public async Task Run()
    {
        if (LabRequirements.Check(Programs()) is { } missing)
            throw new LabException(missing);
        var comparison = await Comparison.Run(await FindVersions(), Rounds,
            (name, found) => Round.Run(Contender.Named(name), this, found), Console.Error);
        Table.Print(comparison, Metric.All, "wireguard-go", Conditions, RestartPatience, Console.Out);
        if (Json is { } file)
            Comparing.Figures.Save(comparison, file);
    }

    /// <summary>The programs that the machine must have.</summary>
    public string[] Programs()
        => ["ip", "unshare", "nsenter", "mount", "ping", "iperf3", "ethtool", .. Contenders.SelectMany(c => c.Programs)];

    private async Task<IReadOnlyList<(string, string)>> FindVersions()
    {
        await using var lab = await Lab.Draw("host");
        var versions = new List<(string, string)>();
        foreach (var contender in Contenders)
            versions.Add((contender.Name, await contender.Version(lab.Host("host"))));
        return versions;
    }

    private static Plan Quick => new()
    {
        Rounds = 1,
        Time = TimeSpan.FromSeconds(1),
        Pings = 100,
        PingInterval = TimeSpan.FromMilliseconds(2),
        UdpTime = TimeSpan.FromMilliseconds(100),
        UdpHalvings = 0,
        UdpMost = 2 * RateSearch.Least,
        RestartPatience = TimeSpan.FromSeconds(20),
    };

    private static int Number(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw new FormatException($"{text} is no number above 0\n{Usage}");
}
