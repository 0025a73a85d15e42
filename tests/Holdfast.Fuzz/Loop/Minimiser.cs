using Holdfast.Fuzz.Instrumentation;

namespace Holdfast.Fuzz.Loop;

/// <summary>Chooses, out of all inputs of a target, few and short ones that together do everything that all of them do.</summary>
internal static class Minimiser
{
    internal static void Run(Target target, FuzzPlan plan, TextWriter output)
    {
        List<byte[]> inputs = [.. CorpusFile.Load(plan.CommittedOf(target.Name)), .. CorpusFile.Load(plan.GrownOf(target.Name)), .. target.Seeds];
        var done = new List<(byte[] Input, List<Feature> Features)>();
        foreach (var input in inputs)
        {
            Edges.Begin();
            target.Read(input);
            done.Add((input, Edges.All()));
        }
        var kept = new List<byte[]>();
        var covered = new HashSet<Feature>();
        // The shortest first: what only a long one does is then left for it.
        foreach (var (input, features) in done.OrderBy(d => d.Input.Length))
        {
            var before = covered.Count;
            covered.UnionWith(features);
            if (covered.Count > before) kept.Add(input);
        }
        // From the other end, whatever the later ones do too is not needed.
        var times = new Dictionary<Feature, int>();
        var chosen = done.Where(d => kept.Contains(d.Input)).DistinctBy(d => d.Input).ToList();
        foreach (var feature in chosen.SelectMany(c => c.Features)) times[feature] = times.GetValueOrDefault(feature) + 1;
        foreach (var (input, features) in chosen.OrderByDescending(c => c.Input.Length))
        {
            if (features.Any(f => times[f] == 1)) continue;
            foreach (var feature in features) times[feature]--;
            kept.Remove(input);
        }
        CorpusFile.Save(plan.CommittedOf(target.Name), kept);
        output.WriteLine($"{target.Name}: {kept.Count} of {inputs.Count} inputs, {kept.Sum(k => k.Length):n0} bytes");
    }
}
