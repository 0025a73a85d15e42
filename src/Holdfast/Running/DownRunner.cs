using System.Diagnostics;
using Holdfast.Control;
using Holdfast.Engine;
using Holdfast.Engine.Config;
using Holdfast.Engine.Logging;
using Microsoft.Extensions.Logging;

namespace Holdfast.Running;

/// <summary><c>down</c>: leaves the machine as it was before <c>up</c>, whether the engine still runs or was killed.</summary>
internal static class DownRunner
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    /// <summary>Takes a tunnel down.</summary>
    /// <param name="target">Its name, or the file it was made from.</param>
    /// <param name="errors">Where commands and warnings are shown.</param>
    /// <exception cref="CommandException">It is not up, or a command failed.</exception>
    internal static async Task RunAsync(string target, TextWriter errors)
    {
        var name = WgQuickFile.NameFrom(target) ?? target;
        Rights.Require();
        if (!InterfaceName.IsValid(name)) throw new CommandException($"{target} names no tunnel: {InterfaceName.Rule}");
        var record = RunRecord.TryRead(RunDirectory.RecordOf(name));
        var config = record is { ByDaemon: false, File: { } file } ? TryLoad(file, name, errors) : null;

        await Hooks.RunAsync(config?.PreDown ?? [], name, errors);
        if (!await EndEngineAsync(name, errors)) throw new CommandException($"{name} is not up; `holdfast status` shows what is");
        if (record is { HasDns: true }) await NameServers.RemoveAsync(name, errors);
        await Hooks.RunAsync(config?.PostDown ?? [], name, errors);
        File.Delete(EngineProcess.LogOf(name));
    }

    /// <summary>Ends the engine, or cleans up after one that was killed. False if there was neither.</summary>
    internal static async Task<bool> EndEngineAsync(string name, TextWriter errors)
    {
        var ran = await IsRunningAsync(name);
        if (ran && await TryEndAsync(name)) return true;
        // There is none, or it was killed on its way down.
        return TunnelEngine.RemoveLeftovers(name, new LineLog(errors, LogLevel.Warning)) || ran;
    }

    /// <summary>Has the engine take the tunnel down. False if it was killed before it was done.</summary>
    private static async Task<bool> TryEndAsync(string name)
    {
        try
        {
            var reply = await ControlClient.AskAsync(name, new ControlRequest { Verb = ControlVerbs.Down });
            if (!reply.Ok) throw new CommandException(reply.Error ?? $"{name} refuses to go down");
        }
        catch (ControlException)
        {
            if (await IsRunningAsync(name)) throw;
            return false;
        }
        return await WaitForEndAsync(name);
    }

    /// <summary>Whether an engine answers under this name.</summary>
    /// <exception cref="ControlException">One does, but may not be asked.</exception>
    internal static async Task<bool> IsRunningAsync(string name)
    {
        try
        {
            await ControlClient.AskAsync(name, new ControlRequest { Verb = ControlVerbs.Ping });
            return true;
        }
        catch (ControlException e) when (e.Failure != ControlFailure.NotPermitted)
        {
            return false;
        }
    }

    /// <summary>The control socket is the last thing that an engine takes away: one that nobody answers on tells of a kill.</summary>
    private static async Task<bool> WaitForEndAsync(string name)
    {
        var patience = Stopwatch.StartNew();
        while (File.Exists(RunDirectory.SocketOf(name)))
        {
            if (patience.Elapsed > Patience)
                throw new CommandException($"{name} did not go down within {Patience.TotalSeconds} s; see {EngineProcess.LogOf(name)}");
            if (!await IsRunningAsync(name)) return !File.Exists(RunDirectory.SocketOf(name));
            await Task.Delay(LookAgain);
        }
        return true;
    }

    /// <summary>Without its file a tunnel still goes down, only its commands can't be run.</summary>
    private static TunnelConfig? TryLoad(string file, string name, TextWriter errors)
    {
        var result = TunnelFile.OnHost.Load(file, YamlTunnel(file, name));
        if (result.Value is null)
            errors.WriteLine($"warning: {file} can't be used any more, so its commands for going down are not run");
        return result.Value;
    }

    private static string? YamlTunnel(string file, string name) =>
        file.EndsWith(WgQuickFile.Extension, StringComparison.Ordinal) ? null : name;
}
