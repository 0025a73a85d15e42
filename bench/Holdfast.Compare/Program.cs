using Holdfast.Comparing.Peers;
using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>
/// Puts Holdfast and real peers side by side: the same two hosts and the same wire, one after the other, several
/// rounds in one run, so that the noise of a shared machine meets all of them. With <c>peers</c>: a hub with thousands.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            await (arguments is ["peers", .. var rest]
                ? PeersPlan.Parse(rest).Run()
                : Plan.Parse(arguments).Run());
            return 0;
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
        catch (Exception e) when (e is LabException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"compare: {e.Message}");
            return 1;
        }
    }
}
