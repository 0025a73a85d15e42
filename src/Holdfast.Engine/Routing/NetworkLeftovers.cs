using Holdfast.Control;
using Holdfast.Linux;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Routing;

/// <summary>Takes away what an engine set up around its tunnel, by the kernel's marks and the engine's record.</summary>
internal static class NetworkLeftovers
{
    internal static void Remove(NetworkReconciler network, RunRecord record, bool deviceToo, ILogger log)
    {
        network.Remove(record, deviceToo);
        TryRestore(network, record.Sysctls, log);
    }

    /// <summary>Sets kernel settings back. False while another tunnel needs them: the last one restores them.</summary>
    internal static bool TryRestore(NetworkReconciler network, IReadOnlyDictionary<string, string> settings, ILogger log)
    {
        if (settings.Count == 0 || network.OthersTakeAll()) return false;
        foreach (var (name, value) in settings)
        {
            try
            {
                Linux.Files.Sysctl.Write(name, value);
            }
            catch (Exception e) when (e is LinuxException or ArgumentException) // the kernel, or the name, is not as it was
            {
                Log.SettingNotRestored(log, name, value, e.Message);
            }
        }
        return true;
    }
}
