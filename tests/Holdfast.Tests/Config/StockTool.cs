using System.Diagnostics;

namespace Holdfast.Tests.Config;

/// <summary>Runs a program of the system with root's rights over namespaces of its own.</summary>
internal static class StockTool
{
    /// <summary>Runs a shell script in fresh namespaces; as another user than root, in a user namespace too.</summary>
    public static (int Code, string Out, string Err) Unshared(string flags, string script, string input = "")
    {
        string root = Environment.UserName == "root" ? "" : "--map-root-user";
        string[] args = [.. $"{root} {flags}".Split(' ', StringSplitOptions.RemoveEmptyEntries), "sh", "-c", script];
        var start = new ProcessStartInfo("unshare", args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"did not end: {script}");
        }
        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
