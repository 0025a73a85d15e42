using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>
/// Puts Holdfast and real peers side by side: the same two hosts and the same wire, one after the other, several
/// rounds in one run, so that the noise of a shared machine meets all of them.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            var plan = Plan.Parse(arguments);
            if (LabRequirements.Check(plan.Programs()) is { } missing)
                throw new LabException(missing);
            var comparison = await Comparison.Run(plan, Console.Error);
            Table.Print(comparison, Console.Out);
            if (plan.Json is { } file)
                Figures.Save(comparison, file);
            return 0;
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
        catch (Exception e) when (e is LabException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"compare: {e.Message}");
            return 1;
        }
    }
}
