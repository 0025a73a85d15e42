using Holdfast.Control;
using Holdfast.Crypto;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Health;
using Holdfast.Engine.State;
using Holdfast.Engine.Transports;
using Holdfast.Engine.Uplinks;
using Holdfast.Linux;
using Holdfast.Linux.Tun;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine;

/// <summary>
/// One tunnel at work: its device, its sockets, its thread, and what it remembers. The network around it (addresses, routes) and
/// its faces (sockets for <c>wg</c> and <c>holdfast</c>) are built on it by others.
/// </summary>
public sealed partial class RunningTunnel : ITunnelEvents, IAsyncDisposable
{
    // --- constant after construction -----------------------------------------------------------------------
    private readonly TunDevice _device;
    private readonly ILogger _log;
    private readonly ITunnelState? _state;
    private readonly EngineLoop _loop;
    private readonly PeerEndpoints _endpoints;
    private readonly TimestampReserve? _timestamps;
    private readonly CancellationTokenSource _ended = new();
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;

    // --- engine thread only --------------------------------------------------------------------------------
    private readonly Dictionary<PublicKey, string> _names = [];
    private readonly Dictionary<PublicKey, PeerState> _remembered = [];
    private readonly PeerEvents _peerEvents;
    private Task _announcing = Task.CompletedTask;

    // --- left for the engine thread, replaced whole --------------------------------------------------------
    private volatile UsableUplinks _uplinks = UsableUplinks.None;
    private int _uplinksWait; // 1 while a command is on its way that takes them

    private RunningTunnel(
        TunDevice device, UdpTransport transport, Offload offload, ITunnelState? state, TunnelMemory memory, ILogger log)
    {
        (_device, _state, _log) = (device, state, log);
        _peerEvents = new PeerEvents(device.Name, NameOf, () => Clock.Read().Mono, log);
        _loop = new EngineLoop(device, transport, this, offload);
        _loop.Tunnel.Offers = OffersOf(CipherChoice.Auto);
        _endpoints = new PeerEndpoints(OnEngineAsync, log);
        _endpoints.Resolved += (peer, moved) =>
        {
            _loop.Tunnel.SetElsewhere(peer, _endpoints.AddressesOf(peer), Clock.Read());
            if (moved) _loop.Tunnel.Redirect(peer, Clock.Read());
            else _loop.Tunnel.Resume(peer, Clock.Read());
        };
        _loop.MtuChanged += (index, mtu) => SuperPackets.Limit(index, mtu, log);
        _loop.RunsRefused += (to, errno) => Log.RunsRefused(log, to.ToIPEndPoint(), Errno.NameOf(errno));
        if (state is null) return;
        foreach (var peer in memory.Peers) _remembered[peer.Peer] = peer;
        _loop.Tunnel.StartTimestampsAfter(memory.TimestampFloor);
        _timestamps = new TimestampReserve(state.ReserveTimestamps);
        if (transport.Port != memory.Port) state.RememberPort(transport.Port);
    }

    /// <summary>The device's name when it was opened.</summary>
    public string Name => _device.Name;

    /// <summary>Whether the device was there before, with its addresses and routes.</summary>
    public bool Adopted => _device.Adopted;

    /// <summary>The file that this tunnel was made from; null for a bare device.</summary>
    public string? File { get; init; }

    /// <summary>Ends with the tunnel, and says why.</summary>
    public Task<EndReason> Ended => _loop.Ended;

    /// <summary>
    /// Opens device and sockets in the calling thread's network namespace and starts the tunnel's thread. Nothing is left behind
    /// on failure.
    /// </summary>
    /// <param name="options">What to open.</param>
    /// <param name="log">Where changes are logged.</param>
    /// <exception cref="LinuxException">The device is held by somebody, the port is in use, a right is missing.</exception>
    public static RunningTunnel Start(TunnelOptions options, ILogger log)
    {
        var offload = Offload.FromEnvironment();
        var device = TunDevice.Open(options.Name, new TunOptions
        {
            MustBeNew = options.MustBeNew,
            VirtioHeader = true,
            Offload = offload.Tun,
        });
        UdpTransport? transport = null;
        RunningTunnel? tunnel = null;
        try
        {
            if (options.Mtu is { } mtu) device.Mtu = mtu;
            var memory = options.State?.Load() ?? TunnelMemory.None;
            transport = OpenTransport(options, memory.Port, offload);
            tunnel = new RunningTunnel(device, transport, offload, options.State, memory, log) { File = options.File };
            tunnel._loop.FollowMtu();
            foreach (var missing in offload.MissingIn(device, transport)) Log.OffloadMissing(log, missing);
            tunnel._loop.Start();
            return tunnel;
        }
        catch
        {
            tunnel?._loop.Dispose(); // it owns the other two then
            if (tunnel is null) transport?.Dispose();
            if (tunnel is null) device.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Any port will do, but peers and NATs on the way know the last one: a tunnel that comes back to it is found there also when
    /// its own greeting finds nobody, because both ends were restarted.
    /// </summary>
    private static UdpTransport OpenTransport(TunnelOptions options, ushort last, Offload offload)
    {
        if (options.ListenPort != 0 || last == 0) return UdpTransport.Open(options.ListenPort, options.FwMark, offload);
        try
        {
            return UdpTransport.Open(last, options.FwMark, offload);
        }
        catch (LinuxException e) when (e.Errno is Errno.EADDRINUSE or Errno.EACCES)
        {
            return UdpTransport.Open(0, options.FwMark, offload); // somebody else has it meanwhile
        }
    }

    /// <summary>From here on the device outlives this process, until the tunnel goes down. Until here a kill takes it along.</summary>
    /// <exception cref="LinuxException">The device was deleted.</exception>
    public void KeepDevice() => _device.SetPersistent(true);

    /// <summary>Applies a change as a whole, on the tunnel's thread. Its secrets are zeroed if it is refused.</summary>
    /// <exception cref="LinuxException">The new port is in use: nothing was changed then.</exception>
    /// <exception cref="InvalidOperationException">Too many peers: nothing was changed then.</exception>
    /// <exception cref="EngineEndedException">The tunnel has ended.</exception>
    public async Task ApplyAsync(DeviceChange change)
    {
        try
        {
            await OnEngineAsync(() => Apply(change, Clock.Read())).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinuxException or InvalidOperationException)
        {
            change.ForgetKeys(); // these come before the tunnel takes any
            throw;
        }
    }

    /// <summary>Greets all peers, paced; returns when the last one is greeted, or the tunnel ends.</summary>
    public Task GreetAsync() => TellAllAsync((tunnel, peer, now) => tunnel.Greet(peer, now));

    private async Task TellAllAsync(Action<Tunnel, Peer, Now> say)
    {
        try
        {
            await Greeting.RunAsync(_loop, say, _ended.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or EngineEndedException)
        {
            await _loop.Ended.ConfigureAwait(false); // it ended first, or is about to: nobody is left to tell
        }
    }

    /// <summary>Ends once the tunnel's thread has answered, or the tunnel has ended.</summary>
    internal async Task AnswersAsync()
    {
        try
        {
            await _loop.AskAsync(() => true).ConfigureAwait(false);
        }
        catch (EngineEndedException)
        {
            await _loop.Ended.ConfigureAwait(false); // nobody is left to hang
        }
    }

    /// <summary>
    /// Hears which uplinks the tunnel is to have sockets for. Does not wait, and is never lost: with a full mailbox it is told once
    /// there is room, and what it heard last then.
    /// </summary>
    internal void HearUplinks(UsableUplinks usable)
    {
        _uplinks = usable;
        if (Interlocked.Exchange(ref _uplinksWait, 1) == 0) _ = TakeUplinksAsync();
    }

    /// <summary>Whether packets or datagrams came within the last moments. Any thread may ask.</summary>
    internal bool IsBusy => !(_loop.LastTraffic + EngineLimits.Busy).Passed(Clock.Read().Mono);

    private async Task TakeUplinksAsync()
    {
        try
        {
            await OnEngineAsync(TakeUplinks).ConfigureAwait(false);
        }
        catch (EngineEndedException)
        {
            await _loop.Ended.ConfigureAwait(false); // nobody is left to tell
        }
    }

    /// <summary>Waits until the names that are being looked up are known, at most so long.</summary>
    internal async Task WaitForNamesAsync(TimeSpan atMost)
    {
        var lookups = await _loop.AskAsync(() => _endpoints.LookupsUnderWay()).ConfigureAwait(false);
        if (lookups.IsCompleted) return;
        await Task.WhenAny(lookups, Task.Delay(atMost, _ended.Token)).ConfigureAwait(false);
    }

    /// <summary>The addresses that datagrams go to.</summary>
    internal Task<System.Net.IPAddress[]> EndpointsAsync() => _loop.AskAsync(() => _loop.Tunnel.Peers
        .Where(p => p.Endpoint.IsKnown).Select(p => p.Endpoint.ToIPEndPoint().Address).ToArray());

    /// <summary>How the tunnel is.</summary>
    /// <exception cref="EngineEndedException">The tunnel has ended.</exception>
    public Task<TunnelStatus> StatusAsync() => _loop.AskAsync(Status);

    /// <summary>What runs at this moment, as a configuration: keys, port and peers as they are, the rest as it was written.</summary>
    internal Task<TunnelConfig> SnapshotAsync(TunnelConfig written) => _loop.AskAsync(() => written with
    {
        PrivateKey = _loop.Tunnel.Identity?.PrivateKey.Copy(),
        ListenPort = _loop.ListenPort,
        Peers = [.. _loop.Tunnel.Peers.Select(Snapshot)],
    });

    /// <summary>Reads the tunnel on its own thread.</summary>
    internal Task<T> AskAsync<T>(Func<EngineLoop, T> question) => _loop.AskAsync(() => question(_loop));

    /// <summary>Prefers paths of a peer, avoids them, or neither.</summary>
    /// <param name="peer">The peer's name, or its public key.</param>
    /// <param name="path">A path's number, or the interface by which some leave.</param>
    /// <param name="wish">What is wanted of them.</param>
    /// <returns>Why it can't be; null if it was done.</returns>
    internal Task<string?> WishAsync(string peer, string path, PathWish wish) => _loop.AskAsync(() => Wish(peer, path, wish));

    /// <summary>
    /// Ends the tunnel. With <see cref="EndKind.Down"/> the device goes; with <see cref="EndKind.Left"/> it stays for the next
    /// engine.
    /// </summary>
    public async Task EndAsync(EndReason reason)
    {
        // A tunnel that ended by itself refuses, which is as good.
        await OnEngineAsync(() => _loop.End(reason)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _loop.Ended.ConfigureAwait(false);
    }

    /// <summary>Ends the tunnel if it still runs, leaving the device, and frees what it held.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_loop.Ended.IsCompleted) await EndAsync(new EndReason(EndKind.Left, "closed")).ConfigureAwait(false);
        var reason = await _loop.Ended.ConfigureAwait(false);
        await _ended.CancelAsync().ConfigureAwait(false);
        _endpoints.Dispose();
        await _announcing.ConfigureAwait(false);
        if (reason.Kind == EndKind.Down) LetDeviceGo();
        _loop.Dispose();
        _ended.Dispose();
    }

    private void LetDeviceGo()
    {
        try
        {
            _device.SetPersistent(false);
        }
        catch (LinuxException e)
        {
            Log.NetworkGone(_log, $"{Name}: {e.Message}"); // somebody deleted it first
        }
    }

    private Task OnEngineAsync(Action command) => _loop.AskAsync(() =>
    {
        command();
        return true;
    });

    // --- on the engine's thread from here on -----------------------------------------------------------------

    private void Apply(DeviceChange change, in Now now)
    {
        var tunnel = _loop.Tunnel;
        var added = change.Peers.Count(p => !p.Removes && tunnel.FindPeer(p.PublicKey) is null);
        if (added + (change.ReplacesPeers ? 0 : tunnel.Peers.Count) > Limits.Peers)
            throw new InvalidOperationException($"a tunnel has at most {Limits.Peers} peers");
        // What others can make fail comes before any change, and all of it at once.
        var mark = change.FwMark ?? _loop.Mark;
        if (change.ListenPort is { } port) Rebind(port, mark);
        else if (change.FwMark is not null) _loop.SetMark(mark);
        if (change.Cipher is { } cipher) tunnel.Offers = OffersOf(cipher);
        if (change.SetsPrivateKey) tunnel.SetPrivateKey(change.PrivateKey);
        if (change.ReplacesPeers)
        {
            var stay = change.Peers.Where(p => !p.Removes).Select(p => p.PublicKey).ToHashSet();
            foreach (var peer in tunnel.Peers.Where(p => !stay.Contains(p.PublicKey)).ToArray()) Remove(peer);
        }
        foreach (var delta in change.Peers) Apply(delta, now);
    }

    private void TakeUplinks()
    {
        Interlocked.Exchange(ref _uplinksWait, 0); // before the reading: what comes later sends another command
        _loop.SetUplinks(_uplinks, (uplink, e) => Log.UplinkWithoutSocket(_log, uplink.InterfaceIndex, e.Message), Clock.Read());
    }

    private string? Wish(string name, string which, PathWish wish)
    {
        var peer = _loop.Tunnel.Peers.FirstOrDefault(p => NameOf(p) == name || p.PublicKey.ToString() == name);
        if (peer is null) return $"{Name} has no peer {name}; `holdfast path list {Name}` shows those that have paths";
        var meant = peer.Paths.Where(p => PathMoment.IsMeant(p, which)).ToArray();
        if (meant.Length == 0) return $"{name} has no path {which}; `holdfast path list {Name}` shows them with number and uplink";
        foreach (var path in meant) _loop.Tunnel.SetPathWish(peer, path, wish, Clock.Read());
        return null;
    }

    /// <summary>What this end offers to other Holdfast ends.</summary>
    internal static Capabilities OffersOf(CipherChoice cipher) =>
        cipher != CipherChoice.Auto ? Capabilities.None
        : Processor.HasAes ? Capabilities.Paths | Capabilities.Aes256Gcm : Capabilities.Paths;

    private void Rebind(ushort port, uint mark)
    {
        var before = _loop.ListenPort;
        _loop.Rebind(port, mark);
        if (_loop.ListenPort == before) return;
        _state?.RememberPort(_loop.ListenPort);
        // Peers send to the last port until something comes from the new one.
        _announcing = TellAllAsync((tunnel, peer, now) => tunnel.Announce(peer, now));
    }

    private void Apply(PeerDelta delta, in Now now)
    {
        var tunnel = _loop.Tunnel;
        var peer = tunnel.FindPeer(delta.PublicKey);
        if (delta.Removes || (peer is null && (delta.UpdateOnly || tunnel.Identity?.PublicKey == delta.PublicKey)))
        {
            if (delta.Removes && peer is not null) Remove(peer);
            delta.PresharedKey?.Dispose();
            return;
        }
        peer ??= Add(delta.PublicKey);

        if (delta.Name is { Length: > 0 } name) _names[peer.PublicKey] = name;
        else if (delta.Name is not null) _names.Remove(peer.PublicKey);
        if (delta.SetsPresharedKey) peer.SetPresharedKey(delta.PresharedKey);
        if (delta.Paths is { } paths && paths != peer.PathMode) peer.PathMode = paths;
        if (delta.ReplacesAllowedIps) tunnel.AllowedIps.RemoveAll(peer);
        foreach (var allowed in delta.AllowedIps)
        {
            if (allowed.Removes) tunnel.AllowedIps.Remove(allowed.Prefix, peer);
            else tunnel.AllowedIps.Set(allowed.Prefix, peer);
        }
        var before = peer.Endpoint;
        if (delta.Endpoints is { } specs) SetEndpoints(peer, specs, now);
        if (delta.Endpoint is { } endpoint)
        {
            _endpoints.Forget(peer);
            peer.SetEndpoint(endpoint);
        }
        if (delta.PersistentKeepalive is { } keepalive && keepalive != peer.PersistentKeepalive)
            tunnel.SetPersistentKeepalive(peer, keepalive, now);
        // A peer with packets waiting, or just told where its other end is, does not wait for the next packet.
        if (peer.Endpoint != before) tunnel.Redirect(peer, now);
        else if (delta.Endpoint is not null || delta.Endpoints is { Count: > 0 }) tunnel.Resume(peer, now);
    }

    private Peer Add(in PublicKey key)
    {
        var peer = _loop.Tunnel.AddPeer(key);
        if (_remembered.TryGetValue(key, out var last)) peer.SetEndpoint(last.Endpoint);
        return peer;
    }

    /// <summary>Where the peer was last counts more than what the file says, unless the file changed since.</summary>
    private void SetEndpoints(Peer peer, IReadOnlyList<EndpointSpec> specs, in Now now)
    {
        var written = string.Join(' ', specs);
        var last = _remembered.GetValueOrDefault(peer.PublicKey);
        _endpoints.Set(peer, specs, last is not null && last.Configured == written ? last.Endpoint : default);
        _loop.Tunnel.SetElsewhere(peer, _endpoints.AddressesOf(peer), now);
    }

    private void Remove(Peer peer)
    {
        _endpoints.Forget(peer);
        _names.Remove(peer.PublicKey);
        _peerEvents.Forget(peer);
        _loop.Tunnel.RemovePeer(peer);
    }

    void ITunnelEvents.SessionEstablished(Peer peer)
    {
        _peerEvents.SessionEstablished(peer);
        Remember(peer);
        _timestamps?.Keep(_loop.Tunnel.LatestTimestampSent, Clock.Read());
    }

    void ITunnelEvents.EndpointChanged(Peer peer)
    {
        _peerEvents.EndpointChanged(peer);
        Remember(peer);
    }

    void ITunnelEvents.HandshakeUnanswered(Peer peer) => _endpoints.Unanswered(peer);

    void ITunnelEvents.HandshakeGivenUp(Peer peer) => _peerEvents.HandshakeGivenUp(peer);

    void ITunnelEvents.PathChanged(Peer peer, PeerPath path) => _peerEvents.PathChanged(peer, path);

    private void Remember(Peer peer)
    {
        _endpoints.Seen(peer);
        var state = new PeerState(peer.PublicKey, peer.Endpoint, string.Join(' ', _endpoints.SpecsOf(peer)));
        if (_state is null || _remembered.GetValueOrDefault(peer.PublicKey) == state) return;
        _remembered[peer.PublicKey] = state;
        _state.Remember(state);
    }

    private string NameOf(Peer peer) =>
        _names.GetValueOrDefault(peer.PublicKey) ?? peer.PublicKey.ToString();
}
