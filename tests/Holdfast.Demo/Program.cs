using Holdfast.Labs;

namespace Holdfast.Demos;

/// <summary>Shows the main job on two hosts that exist only for as long as it runs.</summary>
internal static class Program
{
    private static async Task<int> Main()
    {
        try
        {
            if (LabRequirements.Check("ip", "unshare", "nsenter", "mount", "ping") is { } missing)
                throw new LabException(missing);
            await Demo.Run(new Story(Console.Out, Columns()));
            return 0;
        }
        catch (LabException e)
        {
            Console.Error.WriteLine($"the demo failed: {e.Message}");
            return 1;
        }
    }

    // A dumb terminal can't draw anew, and one that does not tell its width can't be drawn on.
    private static int? Columns() => !Console.IsOutputRedirected && Console.WindowWidth > 1
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb") ? Console.WindowWidth : null;
}
