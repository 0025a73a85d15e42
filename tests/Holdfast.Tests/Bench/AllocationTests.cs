using System.Text.Json;
using Holdfast.Micro;

namespace Holdfast.Tests.Bench;

/// <summary>No benchmark allocates more than bench/expected-allocations.json says; each runs, so that none
/// rots.</summary>
public sealed class AllocationTests
{
    private static readonly Dictionary<string, long> Expected = JsonSerializer.Deserialize<Dictionary<string, long>>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "expected-allocations.json")))!;

    public static TheoryData<string> Names => [.. Benchmarks.All.Select(b => b.Name)];

    [Theory, MemberData(nameof(Names))]
    public void It_allocates_no_more_than_expected(string name)
    {
        var measured = Benchmarks.All.Single(b => b.Name == name).Measure(TimeSpan.FromMilliseconds(1));
        Assert.InRange(measured.Allocated, 0, Expected[name]);
    }

    [Fact]
    public void Every_expectation_has_its_benchmark()
        => Assert.Equal(Benchmarks.All.Select(b => b.Name).Order(), Expected.Keys.Order());
}
