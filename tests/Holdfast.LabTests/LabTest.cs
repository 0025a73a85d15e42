namespace Holdfast.LabTests;

/// <summary>
/// A test that draws labs: they are taken away when it ends, and a failed one leaves its evidence in out/lab/.
/// </summary>
public abstract class LabTest : IAsyncLifetime
{
    private readonly List<Lab> _labs = [];
    private readonly List<FullKernel> _kernels = [];

    private static string TestName => TestContext.Current.TestMethod is { } method
        ? $"{method.TestClass.TestClassSimpleName}.{method.MethodName}" : nameof(LabTest);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var failed = TestContext.Current.TestState?.Result == TestResult.Failed;
        foreach (var lab in _labs)
        {
            lab.Failed |= failed;
            await lab.DisposeAsync();
            if (lab.Failed)
                TestContext.Current.TestOutputHelper?.WriteLine($"evidence: {lab.Directory}");
        }
        foreach (var kernel in _kernels)
        {
            kernel.Failed |= failed;
            await kernel.DisposeAsync();
            if (kernel.Failed)
                TestContext.Current.TestOutputHelper?.WriteLine($"evidence: {kernel.Directory}");
        }
    }

    /// <summary>Draws a lab that ends with the test; several at once, if it wants.</summary>
    protected async Task<Lab> Draw(params string[] drawing)
    {
        var lab = await Lab.Draw(new LabOptions { Name = TestName }, drawing);
        lock (_labs)
            _labs.Add(lab);
        return lab;
    }

    /// <summary>Boots a machine with a kernel of its own, which ends with the test.</summary>
    protected async Task<FullKernel> Boot(FullKernelOptions options)
    {
        var kernel = await FullKernel.Boot(options with { Name = TestName });
        _kernels.Add(kernel);
        return kernel;
    }

    /// <inheritdoc cref="Boot(FullKernelOptions)"/>
    protected Task<FullKernel> Boot(params string[] modules) => Boot(new FullKernelOptions { Modules = modules });

    /// <summary>Tells whoever watches.</summary>
    protected static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    protected static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
