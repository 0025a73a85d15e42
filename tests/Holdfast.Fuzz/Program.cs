using Holdfast.Fuzz.Instrumentation;
using Holdfast.Fuzz.Loop;

namespace Holdfast.Fuzz;

/// <summary>Looks for inputs that a reader of ours does not survive. docs/testing.md says how.</summary>
internal static class Program
{
    private const string Usage = """
        usage: Holdfast.Fuzz [TARGET...] [--count N] [--until N] [--seconds N] [--seed N] [--corpus DIR] [--out DIR]
               Holdfast.Fuzz --replay FILE TARGET     reads one input, and throws what comes out
               Holdfast.Fuzz --minimise [TARGET...]   writes the corpus anew, with as few inputs as do the same
               Holdfast.Fuzz --stretch [TARGET...]    looks for work that grows faster than the input
               Holdfast.Fuzz --totals [TARGET...]     sums up all runs so far
               Holdfast.Fuzz --list                   names the targets
        """;

    private static int Main(string[] arguments) => InstrumentedContext.Run(arguments);

    /// <summary>The entry of the twin whose targets are instrumented.</summary>
    internal static int Start(string[] arguments)
    {
        try
        {
            return Run(Arguments.Parse(arguments));
        }
        catch (ArgumentException wrong)
        {
            Console.Error.WriteLine($"{wrong.Message}\n{Usage}");
            return 2;
        }
    }

    private static int Run(Arguments arguments)
    {
        var findings = 0;
        if (arguments.Action is FuzzAction.Fuzz or FuzzAction.Totals) Console.WriteLine(FuzzFigures.Heading);
        foreach (var name in arguments.Targets)
        {
            using var target = TargetList.Make(name);
            switch (arguments.Action)
            {
                case FuzzAction.List: Console.WriteLine(name); break;
                case FuzzAction.Replay: target.Read(File.ReadAllBytes(arguments.Replay!)); break;
                case FuzzAction.Minimise: Minimiser.Run(target, arguments.Plan, Console.Out); break;
                case FuzzAction.Stretch: findings += Stretcher.Run(target, Console.Out); break;
                case FuzzAction.Totals: Console.WriteLine(FuzzFigures.Sum(arguments.Plan.FiguresOf(name)).Row(name)); break;
                default: findings += Fuzz(target, arguments); break;
            }
        }
        return findings > 0 ? 1 : 0;
    }

    private static int Fuzz(Target target, Arguments arguments)
    {
        var plan = arguments.Plan;
        if (arguments.Until is { } until)
        {
            var left = until - FuzzFigures.Sum(plan.FiguresOf(target.Name)).Executions;
            if (left <= 0) return 0;
            plan = plan with { Executions = Math.Min(plan.Executions, left) };
        }
        Edges.Forget();
        using var fuzzer = new Fuzzer(target, plan, Console.Out);
        var figures = fuzzer.Run();
        Console.WriteLine($"{(Console.IsOutputRedirected ? "" : "\r\e[K")}{figures.Row(target.Name)}");
        return figures.Findings;
    }
}
