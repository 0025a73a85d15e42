using Holdfast.Commands;

namespace Holdfast.CommandLine;

/// <summary><c>holdfast</c> itself, with all verbs or with the one that is asked for.</summary>
internal sealed class Root : Noun
{
    // In the order of help. Making a verb costs time, so only those that are needed are made.
    private static readonly (string Name, Func<Verb> Make)[] Verbs =
    [
        ("up", () => new UpVerb()),
        ("down", () => new DownVerb()),
        ("status", () => new StatusVerb()),
        ("log", () => new LogVerb()),
        ("device", () => new DeviceVerb()),
        ("daemon", () => new DaemonVerb()),
        ("engine", () => new EngineVerb()),
        ("path", () => new PathNoun()),
        ("uplink", () => new UplinkNoun()),
        ("key", () => new KeyNoun()),
        ("config", () => new ConfigNoun()),
        ("completion", () => new CompletionVerb()),
        ("man", () => new ManVerb()),
    ];

    private Root(IEnumerable<Verb> verbs) : base("holdfast", "Keep a Linux host reachable")
    {
        Details =
        [
            "Holdfast speaks WireGuard's protocol with any peer that does, takes wg-quick's files as they are, and "
            + "keeps the tunnel, its addresses and its routes where they belong.",
            "The answer goes to standard output, everything else to standard error.",
        ];
        Examples =
        [
            new("holdfast up wg0", "bring up the tunnel of /etc/wireguard/wg0.conf"),
            new("holdfast status", "show tunnels and peers"),
            new("holdfast down wg0", "take it down again"),
        ];
        Add(Help);
        Add(Version);
        foreach (var verb in verbs) Add(verb);
    }

    /// <summary>Prints help.</summary>
    public Flag Help { get; } = new("--help", "Print this help", "-h") { Recursive = true };

    /// <summary>Prints the version.</summary>
    public Flag Version { get; } = new("--version", "Print the version");

    /// <summary>With every verb.</summary>
    public static Root Whole() => new(Verbs.Select(v => v.Make()));

    /// <summary>With the verb that <paramref name="args"/> begin with, or with every verb if that is none.</summary>
    public static Root For(string[] args)
    {
        foreach (var (name, make) in Verbs)
            if (args.Length > 0 && args[0] == name) return new([make()]);
        return Whole();
    }
}
