using System.Diagnostics;

namespace Holdfast.LabTests;

/// <summary>Runs the programs of this repository that draw labs themselves, as people run them.</summary>
internal static class Programs
{
    public static Task<(Process Process, string Output, string Errors)> Run(TimeSpan within, string assembly,
        params string[] arguments) => Run(within, assembly, arguments, null);

    public static Task<(Process Process, string Output, string Errors)> Run(TimeSpan within, string assembly,
        (string Name, string Value) variable) => Run(within, assembly, [], variable);

    private static async Task<(Process Process, string Output, string Errors)> Run(TimeSpan within, string assembly,
        string[] arguments, (string Name, string Value)? variable)
    {
        string[] all = [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments];
        var start = new ProcessStartInfo(Agent.Dotnet, all)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (variable is var (name, value))
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(within);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            // Its hosts end with it.
            process.Kill();
            throw;
        }
    }
}
