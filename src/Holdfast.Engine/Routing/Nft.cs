using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Routing;

/// <summary>Runs scripts by the system's nft(8), each as one transaction.</summary>
internal static class Nft
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs a script. A host without nft keeps its tunnel, and is told what it lacks.</summary>
    /// <exception cref="IOException">nft refuses the script, or does not end.</exception>
    internal static void Run(string script, ILogger log)
    {
        Process? nft;
        try
        {
            nft = Process.Start(new ProcessStartInfo("nft", ["-f", "-"])
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
            });
        }
        catch (Win32Exception)
        {
            Log.FirewallMissing(log);
            return;
        }
        using (nft)
        {
            var errors = nft!.StandardError.ReadToEndAsync();
            nft.StandardInput.Write(script);
            nft.StandardInput.Close();
            if (!nft.WaitForExit(Patience))
            {
                nft.Kill();
                throw new IOException($"nft did not end within {Patience.TotalSeconds} s");
            }
            if (nft.ExitCode != 0) throw new IOException($"nft: {errors.Result.Trim()}");
        }
    }
}
