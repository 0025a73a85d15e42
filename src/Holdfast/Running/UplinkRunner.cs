using System.Text.Json;
using Holdfast.Control;
using Holdfast.Rendering;

namespace Holdfast.Running;

/// <summary><c>uplink</c>: asks engines for the uplinks of this host. Knows nothing but the control sockets.</summary>
internal static class UplinkRunner
{
    /// <summary>Shows the uplinks that any engine knows.</summary>
    internal static async Task<int> ListAsync(bool json, Streams streams)
    {
        var (uplinks, answers) = await AskAsync(streams);
        if (answers == 0)
        {
            streams.Say("no engine tells of uplinks; they are known while a tunnel of `up` or `daemon` runs");
            return ExitCode.Unreachable;
        }
        if (json) streams.Out.WriteLine(JsonSerializer.Serialize(uplinks, ControlJson.Default.IReadOnlyListUplinkStatus));
        else streams.Out.Write(UplinkText.Of(uplinks, DateTimeOffset.UtcNow, RenderStyle.OfOutput()));
        return uplinks.Any(IsDegraded) ? ExitCode.Degraded : ExitCode.Done;
    }

    private static async Task<(IReadOnlyList<UplinkStatus> Uplinks, int Answers)> AskAsync(Streams streams)
    {
        var found = new SortedDictionary<string, UplinkStatus>(StringComparer.Ordinal);
        var answers = 0;
        foreach (var tunnel in RunDirectory.Tunnels())
        {
            try
            {
                var reply = await ControlClient.AskAsync(tunnel, new ControlRequest { Verb = ControlVerbs.Uplinks });
                if (reply.Uplinks is not { } told) continue; // a bare device has none, and an older engine knows none
                answers++;
                foreach (var uplink in told) Add(found, uplink);
            }
            catch (ControlException e)
            {
                streams.Say(e.Message);
            }
        }
        return ([.. found.Values], answers);
    }

    /// <summary>Of several engines, one that has it from its file knows more than one that found it.</summary>
    private static void Add(SortedDictionary<string, UplinkStatus> found, UplinkStatus uplink)
    {
        if (!found.TryGetValue(uplink.Interface, out var known) || (uplink.Listed && !known.Listed))
            found[uplink.Interface] = uplink;
    }

    /// <summary>One that was found and unplugged is not missed; one of the file is.</summary>
    private static bool IsDegraded(UplinkStatus uplink) =>
        uplink.Warning is not null || (!uplink.Up && (uplink.Listed || uplink.InterfaceIndex is not null));
}
