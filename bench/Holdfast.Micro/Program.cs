using System.Globalization;

namespace Holdfast.Micro;

/// <summary>Measures the parts of the packet path one by one, on one thread, without kernel and network.</summary>
internal static class Program
{
    private const string Usage = "usage: micro [--seconds N] [NAME-PART...]";

    private static readonly TimeSpan UsualTime = TimeSpan.FromSeconds(.2);

    private static int Main(string[] arguments)
    {
        var time = UsualTime;
        if (arguments is ["--seconds", var seconds, ..])
        {
            if (!double.TryParse(seconds, CultureInfo.InvariantCulture, out var number) || number <= 0)
                return Refuse();
            (time, arguments) = (TimeSpan.FromSeconds(number), arguments[2..]);
        }
        if (arguments.Any(a => a.StartsWith('-')))
            return Refuse();
        Console.WriteLine($"{"",-40}{"ns",10}{"bytes allocated",18}{"Gbit/s a thread",18}");
        foreach (var benchmark in Benchmarks.All.Where(b => arguments.Length == 0
            || arguments.Any(a => b.Name.Contains(a, StringComparison.OrdinalIgnoreCase))))
        {
            var measured = benchmark.Measure(time);
            Console.WriteLine($"{benchmark.Name,-40}{measured.Nanoseconds,10:N1}{measured.Allocated,18:N0}"
                + $"{measured.GigabitsPerSecond,18:0.0}");
        }
        return 0;
    }

    private static int Refuse()
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }
}
