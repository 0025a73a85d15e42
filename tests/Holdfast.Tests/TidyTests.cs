using System.Reflection;

namespace Holdfast.Tests;

/// <summary>Keeps the house in order: who may know whom, and what the pure core may not call.</summary>
public sealed class TidyTests
{
    private static readonly Dictionary<string, string[]> Law = new()
    {
        ["Holdfast.Crypto"] = [],
        ["Holdfast.Linux"] = [],
        ["Holdfast.Control"] = [],
        ["Holdfast.Protocol"] = ["Holdfast.Crypto"],
        ["Holdfast.Engine"] = ["Holdfast.Crypto", "Holdfast.Protocol", "Holdfast.Linux", "Holdfast.Control"],
        ["holdfast"] = ["Holdfast.Crypto", "Holdfast.Control", "Holdfast.Engine"],
    };

    public static TheoryData<string> Assemblies => [.. Law.Keys];

    [Theory, MemberData(nameof(Assemblies))]
    public void A_room_knows_only_whom_the_house_allows(string name)
    {
        var known = Assembly.Load(name).GetReferencedAssemblies().Select(a => a.Name!)
            .Where(n => n.StartsWith("Holdfast", StringComparison.Ordinal));
        Assert.Empty(known.Except(Law[name]));
    }
}
