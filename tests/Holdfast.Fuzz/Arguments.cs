using System.Globalization;
using Holdfast.Fuzz.Loop;

namespace Holdfast.Fuzz;

/// <summary>The command line.</summary>
/// <param name="Action">What is wanted.</param>
/// <param name="Targets">Of which targets; all unless some are named.</param>
/// <param name="Plan">How long, and where.</param>
/// <param name="Until">Ends when all runs of a target, earlier ones too, come to so many executions.</param>
/// <param name="Replay">The input to read again.</param>
internal sealed record Arguments(
    FuzzAction Action, IReadOnlyList<string> Targets, FuzzPlan Plan, long? Until, string? Replay)
{
    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(20);

    internal static Arguments Parse(string[] words)
    {
        var action = FuzzAction.Fuzz;
        var targets = new List<string>();
        long? count = null, until = null;
        TimeSpan? time = null;
        string? replay = null;
        var plan = new FuzzPlan(long.MaxValue, TimeSpan.MaxValue, (ulong)Environment.TickCount64,
            Path.Combine(AppContext.BaseDirectory, "Corpus"), Path.Combine("out", "fuzz"));
        for (var i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "--count": count = Number(); break;
                case "--until": until = Number(); break;
                case "--seconds": time = TimeSpan.FromSeconds(Number()); break;
                case "--seed": plan = plan with { Seed = (ulong)Number() }; break;
                case "--corpus": plan = plan with { CorpusDirectory = Next() }; break;
                case "--out": plan = plan with { OutDirectory = Next() }; break;
                case "--replay": (action, replay) = (FuzzAction.Replay, Next()); break;
                case "--minimise": action = FuzzAction.Minimise; break;
                case "--stretch": action = FuzzAction.Stretch; break;
                case "--totals": action = FuzzAction.Totals; break;
                case "--list": action = FuzzAction.List; break;
                case var name when TargetList.Names.Contains(name): targets.Add(name); break;
                case var other: throw new ArgumentException($"neither an option nor a target: {other}");
            }

            string Next() => ++i < words.Length ? words[i] : throw new ArgumentException($"{words[^1]} wants a value");
            long Number() => long.TryParse(Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : throw new ArgumentException($"{words[i]} is not a number");
        }
        if (action == FuzzAction.Replay && targets.Count != 1) throw new ArgumentException("--replay wants one target");
        var unbounded = count is null && until is null && time is null;
        plan = plan with { Executions = count ?? long.MaxValue, Time = time ?? (unbounded ? DefaultTime : TimeSpan.MaxValue) };
        return new Arguments(action, targets.Count > 0 ? targets : TargetList.Names, plan, until, replay);
    }
}
