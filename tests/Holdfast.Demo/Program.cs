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
            await Demo.Run(new Story(Console.Out));
            return 0;
        }
        catch (LabException e)
        {
            Console.Error.WriteLine($"the demo failed: {e.Message}");
            return 1;
        }
    }
}
