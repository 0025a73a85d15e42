using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Holdfast.Engine.Config;

namespace Holdfast.Running;

/// <summary>
/// Tells the host's resolver about a tunnel's name servers: by resolvconf(8), as wg-quick does, or by systemd-resolved's
/// resolvectl(1) where that is what there is.
/// </summary>
internal static class NameServers
{
    private const string InterfaceOrder = "/etc/resolvconf/interface-order";

    /// <summary>Sets name servers and search domains; nothing to do without any.</summary>
    /// <exception cref="CommandException">Neither program is there, or it refuses.</exception>
    internal static async Task SetAsync(TunnelConfig config, TextWriter errors)
    {
        if (config.DnsServers.Count + config.DnsSearch.Count == 0) return;
        var text = string.Concat(config.DnsServers.Select(s => $"nameserver {s}\n"));
        if (config.DnsSearch.Count > 0) text += $"search {string.Join(' ', config.DnsSearch)}\n";
        if (await TryRunAsync(errors, text, "resolvconf", "-a", RecordOf(config.Name), "-m", "0", "-x")) return;
        var servers = config.DnsServers.Select((IPAddress s) => s.ToString());
        if (await TryRunAsync(errors, "", "resolvectl", ["dns", config.Name, .. servers]))
        {
            // Its servers answer for everything, as with resolvconf's exclusive record.
            await TryRunAsync(errors, "", "resolvectl", ["domain", config.Name, .. config.DnsSearch, "~."]);
            return;
        }
        throw new CommandException(
            "name servers can't be set: install resolvconf or openresolv (Debian packages), or run systemd-resolved");
    }

    /// <summary>Takes them back.</summary>
    internal static async Task RemoveAsync(string name, TextWriter errors)
    {
        if (await TryRunAsync(errors, "", "resolvconf", "-d", RecordOf(name), "-f")) return;
        // systemd-resolved forgets a link with its device.
    }

    // Debian's resolvconf orders records by their names' beginnings.
    private static string RecordOf(string name) =>
        File.Exists(InterfaceOrder) && File.ReadLines(InterfaceOrder).Any(l => l.StartsWith("tun", StringComparison.Ordinal))
            ? $"tun.{name}" : name;

    private static async Task<bool> TryRunAsync(TextWriter errors, string input, string program, params string[] arguments)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true })!;
        }
        catch (Win32Exception)
        {
            return false;
        }
        using (process)
        {
            await errors.WriteLineAsync($"[#] {program} {string.Join(' ', arguments)}");
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            if (process.ExitCode == 0) return true;
            throw new CommandException($"{program} ended with code {process.ExitCode}");
        }
    }
}
