using System.Text;

namespace Holdfast.Labs;

/// <summary>What a failed run leaves for people: the hosts' state while they still stand, and what the wires
/// saw.</summary>
internal static class LabEvidence
{
    public static readonly string[][] Questions =
    [
        ["ip", "-d", "link", "show"],
        ["ip", "-d", "addr", "show"],
        ["ip", "-d", "-4", "route", "show", "table", "all"],
        ["ip", "-d", "-6", "route", "show", "table", "all"],
        ["ip", "-4", "rule", "show"],
        ["ip", "-6", "rule", "show"],
        ["ip", "-s", "neigh", "show"],
        ["nft", "list", "ruleset"],
        ["ss", "-uanp"],
        ["ss", "-tanp"],
        ["wg", "show", "all"],
        ["ps", "-ef"],
    ];

    /// <summary>What an engine says of itself, if one runs and there is the program to ask it.</summary>
    private static readonly string[][] OfEngines = [["status", "--json"], ["path", "list"], ["uplink", "list"], ["log"]];

    public static async Task SaveHost(Host host, string directory)
    {
        var text = new StringBuilder();
        IEnumerable<string[]> questions = [.. Questions, ["ip", "-s", "-s", "link", "show"]];
        if (host.PidsOf("holdfast").Count > 0)
            questions = questions.Concat(OfEngines.Select(words => (string[])[HoldfastBinary.Path, .. words]));
        foreach (var question in questions)
        {
            try
            {
                var options = RunOptions.Usual with { MayFail = true, Timeout = TimeSpan.FromSeconds(5) };
                text.Append(await host.Run(options, question[0], question[1..])).Append("\n\n");
            }
            catch (LabException e)
            {
                // The rest is still worth having.
                text.Append(e.Message).Append("\n\n");
            }
        }
        await File.WriteAllTextAsync(Path.Combine(directory, $"{host.Name}.state.txt"), text.ToString());
    }

    public static void SaveWires(IEnumerable<Wire> wires, string directory)
    {
        foreach (var wire in wires)
        {
            File.AppendAllText(Path.Combine(directory, "wires.txt"), $"{wire}\n");
            wire.SaveCaptures(directory);
        }
    }
}
