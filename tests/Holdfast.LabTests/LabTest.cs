namespace Holdfast.LabTests;

/// <summary>
/// A test that draws labs: they are taken away when it ends, and a failed one leaves its evidence in out/lab/.
/// </summary>
public abstract class LabTest : IAsyncLifetime
{
    private readonly List<Lab> _labs = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var lab in _labs)
        {
            lab.Failed |= TestContext.Current.TestState?.Result == TestResult.Failed;
            await lab.DisposeAsync();
            if (lab.Failed)
                TestContext.Current.TestOutputHelper?.WriteLine($"evidence: {lab.Directory}");
        }
    }

    /// <summary>Draws a lab that ends with the test.</summary>
    protected async Task<Lab> Draw(params string[] drawing)
    {
        var name = TestContext.Current.TestMethod is { } method
            ? $"{method.TestClass.TestClassSimpleName}.{method.MethodName}" : GetType().Name;
        var lab = await Lab.Draw(new LabOptions { Name = name }, drawing);
        _labs.Add(lab);
        return lab;
    }

    /// <summary>Tells whoever watches.</summary>
    protected static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    protected static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
