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
        // A setting that another tunnel needs too stays; the last one restores it.
        if (record.Sysctls.Count == 0 || network.OthersTakeAll()) return;
        foreach (var (name, value) in record.Sysctls)
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
    }
}
