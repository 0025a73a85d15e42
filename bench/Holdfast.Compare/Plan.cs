using System.Globalization;

namespace Holdfast.Comparing;

/// <summary>What is measured, how long and how often.</summary>
internal sealed record Plan
{
    public const string Usage = """
        usage: compare [--rounds N] [--seconds N] [--only NAME,NAME...] [--json FILE] [--quick]
          --rounds N    rounds of all in turn (5)
          --seconds N   seconds of each TCP measurement (5)
          --only NAMES  some of: bare, holdfast, wireguard-go, openvpn
          --json FILE   writes every single figure
          --quick       as little of each as still shows that it works
        """;

    public int Rounds { get; init; } = 5;

    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(5);

    public IReadOnlyList<Contender> Contenders { get; init; } = Contender.All;

    public string? Json { get; init; }

    /// <summary>Pings of one measurement, and the time between two of them.</summary>
    public int Pings { get; init; } = 1_000;

    public TimeSpan PingInterval { get; init; } = TimeSpan.FromMilliseconds(4);

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
                "--json" => plan with { Json = Next() },
                _ => throw new FormatException($"{arguments[i]}?\n{Usage}"),
            };

            string Next() => ++i < arguments.Count ? arguments[i] : throw new FormatException(Usage);
        }
        return plan;
    }

    /// <summary>The programs that the machine must have.</summary>
    public string[] Programs()
        => ["ip", "unshare", "nsenter", "mount", "ping", "iperf3", .. Contenders.SelectMany(c => c.Programs)];

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
