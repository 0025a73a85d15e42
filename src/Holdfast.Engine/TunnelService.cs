using Holdfast.Control;
using Holdfast.Engine.Api;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Health;
using Holdfast.Engine.Logging;
using Holdfast.Engine.Routing;
using Holdfast.Engine.State;
using Holdfast.Engine.Uplinks;
using Holdfast.Linux;
using Holdfast.Protocol.Paths;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine;

/// <summary>
/// A configured tunnel with everything around it: the running tunnel, the network that leads into it, the sockets for
/// <c>wg</c> and <c>holdfast</c>, the record of what was changed. Start-up and shutdown mirror each other. One caller at a time.
/// </summary>
public sealed class TunnelService : IAsyncDisposable
{
    private static readonly TimeSpan NamePatience = TimeSpan.FromSeconds(3);

    private readonly RunningTunnel _tunnel;
    private readonly NetworkReconciler _network;
    private readonly UplinkWatch _uplinks;
    private readonly EventRing _events;
    private readonly ILogger _log;
    private readonly string _recordPath;
    private WireGuardSocket? _wireGuard;
    private ControlServer? _control;
    private TunnelConfig _config;
    private DesiredNetwork? _desired;
    private RunRecord _record;
    private Task _greeting = Task.CompletedTask;
    private Task? _closing;

    private TunnelService(
        TunnelConfig config, RunningTunnel tunnel, NetworkReconciler network, UplinkWatch uplinks, RunRecord record,
        EventRing events, ILogger log)
    {
        (_config, _tunnel, _network, _uplinks, _record, _events, _log) = (config, tunnel, network, uplinks, record, events, log);
        _recordPath = RunDirectory.RecordOf(config.Name);
    }

    /// <summary>The interface's name.</summary>
    public string Name => _config.Name;

    /// <summary>Ends with the tunnel, and says why. What is around it is left for <see cref="DisposeAsync"/>.</summary>
    public Task<EndReason> Ended => _tunnel.Ended;

    /// <summary>Ends once the tunnel's own thread has answered, or the tunnel has ended: a thread that hangs does not answer.</summary>
    internal Task AnswersAsync() => _tunnel.AnswersAsync();

    /// <summary>Brings a tunnel up in the calling thread's network namespace. On failure nothing is left behind.</summary>
    /// <param name="config">What to bring up. Its keys stay the caller's.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="state">Where peers' endpoints are kept; null keeps none.</param>
    /// <param name="uplinks">Tells which uplinks there are; the caller's, and outlives the tunnel.</param>
    /// <param name="recorder">Where changes are told.</param>
    /// <exception cref="LinuxException">What the kernel refused: the text says what, and what to do.</exception>
    /// <exception cref="IOException">A socket or file of ours can't be made.</exception>
    internal static async Task<TunnelService> StartAsync(
        TunnelConfig config, TunnelOrigin origin, StateStore? state, UplinkWatch uplinks, EventRecorder recorder)
    {
        var log = new TunnelLog(recorder, config.Name);
        var network = new NetworkReconciler(config.Name, log);
        RunningTunnel? tunnel = null;
        TunnelService? service = null;
        try
        {
            RefuseForeignDevice(config.Name, network);
            tunnel = RunningTunnel.Start(
                new TunnelOptions
                {
                    Name = config.Name,
                    ListenPort = config.ListenPort ?? 0,
                    FwMark = config.FwMark ?? 0,
                    File = origin.File,
                    State = state?.Of(config.Name),
                }, log);
            var record = new RunRecord { Name = config.Name, File = origin.File, ByDaemon = origin.ByDaemon };
            service = new TunnelService(config, tunnel, network, uplinks, record, recorder.Events, log);
            await service.SetUpAsync().ConfigureAwait(false);
            return service;
        }
        catch
        {
            // A device that an earlier engine left goes on dropping what must not leak elsewhere.
            var kind = tunnel is { Adopted: true } ? EndKind.Left : EndKind.Down;
            if (service is not null) await service.StopAsync(new EndReason(kind, "it did not come up")).ConfigureAwait(false);
            else network.Dispose();
            throw;
        }
    }

    private static void RefuseForeignDevice(string name, NetworkReconciler network)
    {
        var (exists, isOurs) = network.DeviceState();
        if (exists && !isOurs)
        {
            throw new LinuxException($"bring up {name}", Errno.EEXIST,
                $"an interface {name} that is not ours is there already; choose another name, or `ip link del {name}`");
        }
    }

    private async Task SetUpAsync()
    {
        _network.MarkDevice(); // first the mark, so that no persistent device is ever without it
        _tunnel.KeepDevice();
        _wireGuard = WireGuardSocket.Open(Name, _tunnel, _log);
        _control = ControlServer.Open(Name, HandleAsync, _events, _log);
        await _tunnel.ApplyAsync(TunnelChanges.ToStart(_config)).ConfigureAwait(false);
        _uplinks.Follow(_tunnel.HearUplinks, () => _tunnel.IsBusy);
        await _tunnel.WaitForNamesAsync(NamePatience).ConfigureAwait(false);
        await ShapeNetworkAsync().ConfigureAwait(false);
        var status = await _tunnel.StatusAsync().ConfigureAwait(false);
        Log.TunnelUp(_log, Name, status.ListenPort, status.Peers.Count);
        // What reading a file and the kernel's routes took goes back to the system before the peers are called.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _greeting = _tunnel.GreetAsync();
    }

    /// <summary>Makes the network around the tunnel what its configuration declares.</summary>
    private async Task ShapeNetworkAsync()
    {
        var endpoints = await _tunnel.EndpointsAsync().ConfigureAwait(false);
        var before = _desired;
        var facts = _network.FactsFor(_config, endpoints);
        if (!facts.HasIpv6 && _config != _config.WithoutIpv6()) Log.WithoutIpv6(_log, Name);
        var desired = DesiredNetwork.For(_config, facts);
        _desired = before is null ? desired : desired with { OwnTables = [.. desired.OwnTables.Union(before.OwnTables)] };

        KeepRecord(_desired);
        await _tunnel.ApplyAsync(new DeviceChange { FwMark = _desired.Mark ?? 0 }).ConfigureAwait(false);
        _network.Apply(_desired, _record.HasFirewall);
        _desired = desired;
        GiveUp(desired);
    }

    /// <summary>What an earlier configuration needed and this one does not is set back, and no more of the record.</summary>
    private void GiveUp(DesiredNetwork desired)
    {
        var sysctls = _record.Sysctls;
        if (desired.Sysctls.Count == 0 && NetworkLeftovers.TryRestore(_network, sysctls, _log))
            sysctls = new Dictionary<string, string>();
        var record = _record with
        {
            Sysctls = sysctls,
            Tables = [.. desired.OwnTables],
            HasFirewall = desired.Firewall is not null,
        };
        if (sysctls.Count == _record.Sysctls.Count && record.HasFirewall == _record.HasFirewall
            && record.Tables.SequenceEqual(_record.Tables)) return;
        _record = record;
        _record.Write(_recordPath);
    }

    /// <summary>Written before anything is changed, so that a kill at any moment leaves a record that covers it.</summary>
    private void KeepRecord(DesiredNetwork desired)
    {
        var earlier = RunRecord.TryRead(_recordPath);
        var sysctls = new Dictionary<string, string>(earlier?.Sysctls ?? _record.Sysctls);
        foreach (var sysctl in desired.Sysctls)
        {
            var value = Linux.Files.Sysctl.Read(sysctl.Name);
            if (value == sysctl.Value) value = ValueBefore(sysctl.Name); // whoever goes last sets it back
            if (value is not null) sysctls.TryAdd(sysctl.Name, value);
        }
        _record = _record with
        {
            Sysctls = sysctls,
            Tables = [.. desired.OwnTables.Union(earlier?.Tables ?? [])],
            HasFirewall = _record.HasFirewall || earlier is { HasFirewall: true } || desired.Firewall is not null,
            HasDns = !_record.ByDaemon && _config.DnsServers.Count + _config.DnsSearch.Count > 0,
        };
        _record.Write(_recordPath);
    }

    /// <summary>What a setting was before another tunnel changed it; null when none did.</summary>
    private string? ValueBefore(string setting) => RunDirectory.Records().Where(name => name != Name)
        .Select(name => RunRecord.TryRead(RunDirectory.RecordOf(name))?.Sysctls.GetValueOrDefault(setting))
        .FirstOrDefault(value => value is not null);

    /// <summary>Applies another configuration while the tunnel runs; sessions of peers that did not change go on.</summary>
    /// <exception cref="LinuxException">The kernel refused; the old configuration is in force again.</exception>
    internal async Task ReloadAsync(TunnelConfig wanted)
    {
        var running = _config;
        await _tunnel.ApplyAsync(TunnelChanges.ToReload(running, wanted)).ConfigureAwait(false);
        try
        {
            _config = wanted;
            await ShapeNetworkAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            _config = running;
            await _tunnel.ApplyAsync(TunnelChanges.ToReload(wanted, running)).ConfigureAwait(false);
            await ShapeNetworkAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<ControlReply> HandleAsync(ControlRequest request, CancellationToken cancel)
    {
        switch (request.Verb)
        {
            case ControlVerbs.Status:
                return new ControlReply { Ok = true, Status = await _tunnel.StatusAsync().WaitAsync(cancel).ConfigureAwait(false) };
            case ControlVerbs.Uplinks:
                return new ControlReply { Ok = true, Uplinks = _uplinks.Status() };
            case ControlVerbs.Path:
                return await WishAsync(request, cancel).ConfigureAwait(false);
            case ControlVerbs.Down:
                if (await TrySaveAsync().ConfigureAwait(false) is { } refusal) return refusal;
                _ = _tunnel.EndAsync(new EndReason(EndKind.Down, "asked to go down"));
                return new ControlReply { Ok = true };
            default:
                return new ControlReply { Ok = true };
        }
    }

    private async Task<ControlReply> WishAsync(ControlRequest request, CancellationToken cancel)
    {
        PathWish? wish = request.Wish switch
        {
            "pin" => PathWish.Pinned,
            "drain" => PathWish.Drained,
            "release" => PathWish.None,
            _ => null,
        };
        if (wish is not { } wanted || request.Peer is not { } peer || request.Path is not { } path)
            return ControlReply.Refused(ControlCodes.BadRequest, "about a path it takes peer, path, and pin, drain or release");
        var refusal = await _tunnel.WishAsync(peer, path, wanted).WaitAsync(cancel).ConfigureAwait(false);
        return refusal is null ? new ControlReply { Ok = true } : ControlReply.Refused(ControlCodes.Failed, refusal);
    }

    /// <summary>SaveConfig: the file becomes what runs, as `wg-quick save` does. A file that can't be written keeps the tunnel up,
    /// so that nothing is lost.</summary>
    private async Task<ControlReply?> TrySaveAsync()
    {
        if (!_config.SaveConfig || _record.ByDaemon || _record.File is not { } file) return null;
        var written = _config with { Addresses = [.. _network.Addresses()] };
        var running = await _tunnel.SnapshotAsync(written).ConfigureAwait(false);
        try
        {
            Linux.Files.AtomicFile.Write(file, WgQuickFile.Print(running), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ControlReply.Refused(ControlCodes.Failed, $"{file} can't be saved: {e.Message}; make it writable, or remove SaveConfig");
        }
        finally
        {
            running.ForgetKeys();
        }
    }

    /// <summary>Ends the tunnel for the given reason, and takes away or leaves what is around it accordingly.</summary>
    public async Task StopAsync(EndReason reason)
    {
        await _tunnel.EndAsync(reason).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Cleans up after the tunnel ended, as its reason wants: everything goes with <see cref="EndKind.Down"/> and
    /// <see cref="EndKind.DeviceGone"/>; device, addresses, routes and rules stay with <see cref="EndKind.Left"/> and
    /// <see cref="EndKind.Failed"/>, for the next engine.
    /// </summary>
    public ValueTask DisposeAsync() => new(_closing ??= CloseAsync());

    private async Task CloseAsync()
    {
        _uplinks.Leave(_tunnel.HearUplinks);
        if (!_tunnel.Ended.IsCompleted)
            await _tunnel.EndAsync(new EndReason(EndKind.Left, "the engine left")).ConfigureAwait(false);
        var reason = await _tunnel.Ended.ConfigureAwait(false);
        await _greeting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // whatever ended it, the tunnel has told
        try
        {
            if (reason.Kind is EndKind.Down or EndKind.DeviceGone)
                NetworkLeftovers.Remove(_network, _record, deviceToo: false, _log);
        }
        finally
        {
            await _tunnel.DisposeAsync().ConfigureAwait(false);
            _network.Dispose();

            // The sockets go last: whoever asked for the end sees it by them, and whoever follows events hears of it.
            Log.TunnelEnded(_log, Name, reason.Text);
            if (reason.Kind == EndKind.Down) File.Delete(_recordPath);
            else if (reason.Kind != EndKind.Left) (LastRecord(reason.Kind) with { Ended = reason.Text }).Write(_recordPath);
            if (_wireGuard is not null) await _wireGuard.DisposeAsync().ConfigureAwait(false);
            if (_control is not null) await _control.DisposeAsync().ConfigureAwait(false);
        }
    }

    // What is cleaned up already may be somebody else's by the time that `down` reads the record.
    private RunRecord LastRecord(EndKind kind) => kind != EndKind.DeviceGone ? _record
        : new RunRecord { Name = _record.Name, File = _record.File, ByDaemon = _record.ByDaemon };
}
