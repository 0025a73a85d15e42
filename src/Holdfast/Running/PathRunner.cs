using Holdfast.Control;

namespace Holdfast.Running;

/// <summary><c>path pin</c>, <c>drain</c> and <c>release</c>: tells an engine. Knows nothing but the control socket.</summary>
internal static class PathRunner
{
    /// <summary>Tells the engine of a tunnel what is wanted of paths.</summary>
    /// <exception cref="CommandException">There is no such peer or path.</exception>
    internal static async Task<int> WishAsync(string tunnel, ControlRequest request, Streams streams)
    {
        try
        {
            var reply = await ControlClient.AskAsync(tunnel, request);
            if (!reply.Ok) throw new CommandException(reply.Error ?? $"{tunnel} refuses");
            return ExitCode.Done;
        }
        catch (ControlException e)
        {
            streams.Say(e.Message);
            return ExitCode.Unreachable;
        }
    }
}
