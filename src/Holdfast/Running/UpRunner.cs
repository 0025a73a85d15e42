using System.Runtime.InteropServices;
using Holdfast.Crypto;
using Holdfast.Engine;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Logging;
using Holdfast.Engine.Service;
using Microsoft.Extensions.Logging;

namespace Holdfast.Running;

/// <summary>
/// <c>up</c>: the caller runs the commands of the file, an engine does the rest. In the foreground both are this process.
/// </summary>
internal static class UpRunner
{
    /// <summary>Brings a tunnel up.</summary>
    /// <exception cref="CommandException">It can't be; everything is as it was.</exception>
    internal static async Task RunAsync(string target, bool foreground, TextWriter errors)
    {
        CryptoLibraries.Require();
        Rights.Require();
        var (node, file) = Load(target, errors);
        var config = node.Tunnels[0];
        await RefuseRunningAsync(config.Name);
        if (foreground)
        {
            using var manager = ServiceManager.Take();
            await Hooks.RunAsync(config.PreUp, config.Name, errors);
            await RunEngineAsync(node, file, manager, errors);
            return;
        }
        await Hooks.RunAsync(config.PreUp, config.Name, errors);
        await EngineProcess.StartAsync(config.Name, ["engine", "tunnel", file]);
        await FinishAsync(config, errors);
    }

    /// <summary>The engine in the background: started by the above, and reports to it.</summary>
    internal static Task RunBackgroundEngineAsync(string file, TextWriter errors) =>
        EngineProcess.ReportingAsync(async () =>
        {
            var (node, path) = Load(file, errors);
            using var reload = ReloadSignal.Take();
            using var stop = new CancellationTokenSource();
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                stop.Cancel();
            });
            var engine = new TunnelEngine(
                new TunnelOrigin(path), ServiceManager.None, EventLog.Open(errors, LogLevel.Information));
            var reason = await engine.RunAsync(node, EngineProcess.ReportUpAsync, reload.Wishes, EndKind.Left, stop.Token);
            if (reason.Kind == EndKind.DeviceGone) await RemoveNameServersAsync(node.Tunnels[0], errors);
        });

    private static async Task RunEngineAsync(
        NodeConfig node, string file, ServiceManager manager, TextWriter errors)
    {
        var config = node.Tunnels[0];
        using var reload = ReloadSignal.Take();
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        var engine = new TunnelEngine(new TunnelOrigin(file), manager, EventLog.Open(errors, LogLevel.Information));
        var reason = await engine.RunAsync(
            node, () => AfterUpAsync(config, errors), reload.Wishes, EndKind.Down, stop.Token);
        if (stop.IsCancellationRequested) await AfterDownAsync(config, errors);
        else if (reason.Kind == EndKind.DeviceGone) await RemoveNameServersAsync(config, errors);
        if (reason.Kind == EndKind.Failed) throw new CommandException(reason.Text);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            _ = StopAsync();
        }

        async Task StopAsync()
        {
            try
            {
                await Hooks.RunAsync(config.PreDown, config.Name, errors);
            }
            catch (CommandException e)
            {
                await errors.WriteLineAsync($"warning: {e.Message}; going down all the same");
            }
            await stop.CancelAsync();
        }
    }

    /// <summary>In the background the engine is up already: what fails now takes it down again.</summary>
    private static async Task FinishAsync(TunnelConfig config, TextWriter errors)
    {
        try
        {
            await AfterUpAsync(config, errors);
        }
        catch (CommandException)
        {
            await DownRunner.EndEngineAsync(config.Name, errors);
            File.Delete(EngineProcess.LogOf(config.Name));
            throw;
        }
    }

    private static async Task AfterUpAsync(TunnelConfig config, TextWriter errors)
    {
        await NameServers.SetAsync(config, errors);
        try
        {
            await Hooks.RunAsync(config.PostUp, config.Name, errors);
        }
        catch (CommandException)
        {
            await RemoveNameServersAsync(config, errors);
            throw;
        }
    }

    private static async Task AfterDownAsync(TunnelConfig config, TextWriter errors)
    {
        await RemoveNameServersAsync(config, errors);
        await Hooks.RunAsync(config.PostDown, config.Name, errors);
    }

    private static Task RemoveNameServersAsync(TunnelConfig config, TextWriter errors) =>
        config.DnsServers.Count + config.DnsSearch.Count > 0
            ? NameServers.RemoveAsync(config.Name, errors) : Task.CompletedTask;

    private static async Task RefuseRunningAsync(string name)
    {
        if (await DownRunner.IsRunningAsync(name))
            throw new CommandException($"{name} is up already; `holdfast down {name}` first, or `holdfast status {name}`");
    }

    /// <summary>Reads the file, of one tunnel; what is wrong with it is all said at once.</summary>
    private static (NodeConfig Node, string File) Load(string target, TextWriter errors)
    {
        var result = TunnelFile.OnHost.LoadOne(target);
        foreach (var warning in result.Warnings) errors.WriteLine($"warning: {warning}");
        if (result.Value is { } node) return (node, Path.GetFullPath(result.File));
        throw new CommandException(string.Join('\n', result.Errors));
    }
}
