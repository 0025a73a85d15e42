using System.Text.Json;

namespace Holdfast.Comparing;

/// <summary>Every single figure of a run as a file, for whoever wants to compute with them.</summary>
internal static class Figures
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <summary>Writes it. A restart that never ended is null.</summary>
    public static void Save(Comparison comparison, string file)
    {
        var contenders = comparison.Versions.ToDictionary(v => v.Name, v => new
        {
            version = v.Version,
            rounds = comparison.Rounds[v.Name].Select(round => round.ToDictionary(f => f.Key.Key,
                f => double.IsFinite(f.Value) ? f.Value : (double?)null)),
        });
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            made = DateTimeOffset.UtcNow,
            processors = Environment.ProcessorCount,
            contenders,
        }, Format));
    }
}
