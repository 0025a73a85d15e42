using Holdfast.Engine.Transports;
using Holdfast.Engine.Uplinks;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Sockets;
using Holdfast.Linux.Tun;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Segments;

namespace Holdfast.Engine.DataPlane;

/// <summary>
/// The thread of one tunnel: waits for the device, the sockets, the tunnel's timers and commands, and alone writes the tunnel.
/// A turn handles a bounded share of each, so that none starves another.
/// </summary>
internal sealed class EngineLoop : IDisposable
{
    private const ulong DeviceToken = 1;
    private const ulong MailboxToken = 2;
    private const ulong TimerToken = 3;
    private const ulong LinkToken = 4;
    private const ulong FirstLaneToken = 5; // and up, each used once

    // --- constant after construction -----------------------------------------------------------------------
    private readonly TunDevice _device;
    private readonly Offload _offload;
    private readonly DatagramSender _sender = new();
    private readonly PacketWriter _writer;
    private readonly SegmentJoiner _joiner;
    private readonly Outbound _outbound;
    private readonly Inbound _inbound;
    private readonly InboundErrors _errors;
    private readonly Mailbox _mailbox = new();
    private readonly Epoll _epoll = new();
    private readonly TimerFd _timer = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource<EndReason> _ended =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    // --- engine thread only --------------------------------------------------------------------------------
    private readonly EpollEvent[] _events = new EpollEvent[Epoll.EventsAtOnce];
    private readonly List<RouteEvent> _linkEvents = [];
    private RouteMonitor? _links;
    private int _deviceIndex;
    private UdpTransport _transport;
    private ulong _nextLaneToken = FirstLaneToken;
    private MonoTime _armedFor = MonoTime.Never;
    private bool _deviceIsWatched = true;
    private MonoTime _heldUntil = MonoTime.LongAgo;
    private EndReason? _reason;
    private bool _toldOfRefusal;

    // --- written by the engine thread, read by others ------------------------------------------------------
    private long _lastTraffic;

    /// <summary>Takes over the device and the transport.</summary>
    internal EngineLoop(TunDevice device, UdpTransport transport, ITunnelEvents events, Offload offload)
    {
        (_device, _transport, _offload) = (device, transport, offload);
        _writer = new PacketWriter(device);
        _joiner = new SegmentJoiner(_writer)
        {
            Joins = offload.Joins,
            JoinsUdp = device.Offload.HasFlag(TunOffload.Udp),
        };
        Tunnel = new Tunnel(new SystemRandom(), _sender, _joiner, events, openSslOnly: !offload.Ciphers);
        (_sender.Tunnel, _sender.Transport) = (Tunnel, transport);
        Tunnel.ListenPort = transport.Port;
        _outbound = new Outbound(device, Tunnel);
        _inbound = new Inbound(Tunnel, _joiner);
        _errors = new InboundErrors(Tunnel);
        _thread = new Thread(Run) { Name = device.Name, IsBackground = true };

        _epoll.Add(device.Fd, EpollInterest.Readable, DeviceToken);
        _epoll.Add(_mailbox.Fd, EpollInterest.Readable, MailboxToken);
        _epoll.Add(_timer.Fd, EpollInterest.Readable, TimerToken);
        Watch(transport);
    }

    /// <summary>The protocol's half; before <see cref="Start"/> the caller's, then the engine thread's alone.</summary>
    internal Tunnel Tunnel { get; }

    /// <summary>Hears of the first place to which datagrams go one by one because its way takes no runs. Engine thread.</summary>
    internal event Action<DatagramAddress, int>? RunsRefused;

    /// <summary>Hears of the device's MTU, by its index, and again whoever changes it. Engine thread, or before the start.</summary>
    internal event Action<int, int>? MtuChanged;

    /// <summary>Ends with the loop, and says why.</summary>
    internal Task<EndReason> Ended => _ended.Task;

    /// <summary>The port listened on. Engine thread.</summary>
    internal ushort ListenPort => _transport.Port;

    /// <summary>The mark of sent datagrams. Engine thread.</summary>
    internal uint Mark { get; private set; }

    /// <summary>When a packet or datagram came last. Any thread.</summary>
    internal MonoTime LastTraffic => new(Volatile.Read(ref _lastTraffic));

    /// <summary>Packets that went to the host, and that the host's device refused. Engine thread.</summary>
    internal (long Written, long Failed, long Read) DeviceCounters =>
        (_writer.Written, _writer.Failed, _outbound.Read);

    internal void Start() => _thread.Start();

    /// <summary>Runs something on the engine's thread.</summary>
    /// <exception cref="EngineEndedException">The engine has ended.</exception>
    internal Task<T> AskAsync<T>(Func<T> command) => _mailbox.AskAsync(command);

    internal bool TryPost(Action command) => _mailbox.TryPost(command);

    /// <summary>Ends the loop after the turn it is in. Engine thread, or before the start.</summary>
    internal void End(EndReason reason) => _reason ??= reason;

    /// <summary>Takes the device's MTU from the kernel, now and whenever somebody changes it. Before the start.</summary>
    /// <exception cref="LinuxException">The device is gone already; too many open files.</exception>
    internal void FollowMtu()
    {
        _deviceIndex = _device.Index;
        _links = new RouteMonitor(linksOnly: true); // before the first look, so that nothing falls between
        _epoll.Add(_links.Fd, EpollInterest.Readable, LinkToken);
        SetMtu(_device.Mtu);
    }

    /// <summary>Moves to another port with this mark; on failure the old ones stay. Engine thread.</summary>
    /// <exception cref="LinuxException">The port is in use.</exception>
    internal void Rebind(ushort port, uint mark)
    {
        if (port == _transport.Port)
        {
            SetMark(mark);
            return;
        }
        var next = UdpTransport.Open(port, mark, _offload);
        try
        {
            foreach (var lane in _transport.Lanes)
                if (lane.InterfaceIndex != 0) next.OpenFor(lane.InterfaceIndex, lane.Family);
            Watch(next);
        }
        catch
        {
            next.Dispose(); // closed sockets are watched no more
            throw;
        }
        var last = _transport;
        (_transport, _sender.Transport, Mark) = (next, next, mark);
        Tunnel.ListenPort = next.Port;
        last.Drain(Tunnel);
        last.Dispose();
    }

    /// <summary>Changes the mark of sent datagrams. Engine thread.</summary>
    internal void SetMark(uint mark)
    {
        _transport.SetMark(mark);
        Mark = mark;
    }

    /// <summary>
    /// Gives each uplink that is told sockets of its own, takes away those of others, and tells the tunnel. An uplink whose
    /// sockets can't be opened is not told to it. Engine thread.
    /// </summary>
    internal void SetUplinks(UsableUplinks usable, Action<LocalUplink, LinuxException> refused, in Now now)
    {
        var told = new List<LocalUplink>();
        foreach (var uplink in usable.Uplinks)
        {
            var (v4, v6) = (uplink.HasV4 && TryOpen(uplink, 4, refused), uplink.HasV6 && TryOpen(uplink, 6, refused));
            if (v4 || v6) told.Add(uplink with { HasV4 = v4, HasV6 = v6 });
        }
        foreach (var lane in _transport.Lanes.ToArray())
            if (lane.InterfaceIndex != 0 && !told.Exists(uplink => IsFor(lane, uplink))) Close(lane, now);
        Tunnel.SetUplinks(told, now, usable.NoOthers);
    }

    private static bool IsFor(UdpLane lane, in LocalUplink uplink) =>
        lane.InterfaceIndex == uplink.InterfaceIndex && (lane.Family == 4 ? uplink.HasV4 : uplink.HasV6);

    private bool TryOpen(in LocalUplink uplink, byte family, Action<LocalUplink, LinuxException> refused)
    {
        if (_transport.HasLaneFor(uplink.InterfaceIndex, family)) return true;
        try
        {
            if (_transport.OpenFor(uplink.InterfaceIndex, family) is not { } lane) return false;
            Watch(lane);
            return true;
        }
        catch (LinuxException e)
        {
            refused(uplink, e);
            return false;
        }
    }

    /// <summary>What has arrived by an uplink that goes is handled still.</summary>
    private void Close(UdpLane lane, in Now now)
    {
        for (var share = 0; share < EngineLimits.LastInboundShares && _inbound.Run(lane, now); share++)
        {
        }
        _transport.Close(lane, Tunnel); // closed sockets are watched no more
    }

    private void Watch(UdpTransport transport)
    {
        foreach (var lane in transport.Lanes) Watch(lane);
    }

    private void Watch(UdpLane lane)
    {
        lane.Token = _nextLaneToken++;
        _epoll.Add(lane.Socket.Fd, EpollInterest.Readable, lane.Token);
    }

    private void Run()
    {
        try
        {
            while (_reason is null) Turn();
        }
#pragma warning disable CA1031 // the engine's own failure: it must be told, not end the process of other tunnels
        catch (Exception e)
#pragma warning restore CA1031
        {
            _reason = new EndReason(EndKind.Failed, e.ToString());
        }
        _mailbox.Close();
        _ended.SetResult(_reason.Value);
    }

    private void Turn()
    {
        var count = _epoll.Wait(_events, Timeout.InfiniteTimeSpan);
        var now = Clock.Read();
        for (var i = 0; i < count; i++) Handle(_events[i], now);
        if (Tunnel.NextTimeout.Passed(now.Mono)) Tunnel.HandleTimeouts(now);
        _joiner.Flush();
        _transport.Flush(Tunnel);
        WatchForRoom(now.Mono);
        ArmTimer();
        if (!_toldOfRefusal) TellOfRefusal();
    }

    private void TellOfRefusal()
    {
        var refusal = _transport.TakeRefusal(out var to);
        if (refusal is null) return;
        _toldOfRefusal = true;
        RunsRefused?.Invoke(to, refusal.Value.Errno);
    }

    private void Handle(in EpollEvent happened, in Now now)
    {
        if (happened.Token is DeviceToken or >= FirstLaneToken) Volatile.Write(ref _lastTraffic, now.Mono.Nanoseconds);
        switch (happened.Token)
        {
            case DeviceToken:
                if ((happened.Happened & EpollInterest.Readable) == 0) DeviceGone();
                else if (_deviceIsWatched && _outbound.Run(_transport, now) < 0) DeviceGone();
                break;
            case LinkToken:
                HandleLinks();
                break;
            case MailboxToken:
                _mailbox.RunAll();
                break;
            case TimerToken:
                _timer.Acknowledge();
                _armedFor = MonoTime.Never;
                break;
            default:
                HandleLane(happened, now);
                break;
        }
    }

    private void HandleLinks()
    {
        try
        {
            _links?.Read(_linkEvents);
        }
        catch (LinuxException)
        {
            // Closed, it is watched no more: else the loop would turn for it without end. The MTU is followed no more, too.
            _links?.Dispose();
            _links = null;
        }
        foreach (var happened in _linkEvents)
        {
            if (happened.Subject == RouteSubject.Overrun) ReadMtu(); // it may have been ours
            else if (happened is { Link: { } link, IsRemoved: false } && link.Index == _deviceIndex) ChangeMtu(link.Mtu);
        }
        _linkEvents.Clear();
    }

    private void ReadMtu()
    {
        try
        {
            ChangeMtu(_device.Mtu);
        }
        catch (LinuxException)
        {
            // The device has another name, or is gone, which its own event tells.
        }
    }

    private void ChangeMtu(int mtu)
    {
        if (mtu != Tunnel.Mtu) SetMtu(mtu);
    }

    private void SetMtu(int mtu)
    {
        Tunnel.Mtu = mtu;
        MtuChanged?.Invoke(_deviceIndex, mtu);
    }

    private void HandleLane(in EpollEvent happened, in Now now)
    {
        foreach (var lane in _transport.Lanes)
        {
            if (lane.Token != happened.Token) continue;
            if ((happened.Happened & EpollInterest.Error) != 0) _errors.Run(lane, _transport, now);
            _inbound.Run(lane, now);
            return; // none has it if it was closed within this turn
        }
    }

    private void DeviceGone() => End(new EndReason(EndKind.DeviceGone, $"the device {_device.Name} was deleted"));

    /// <summary>
    /// While a socket takes no more, its room is waited for, and the device is left alone as long as the transport wants it.
    /// </summary>
    private void WatchForRoom(MonoTime now)
    {
        foreach (var lane in _transport.Lanes) WatchForRoom(lane, now);
        _heldUntil = _transport.HoldsDeviceUntil(now);
        var watch = _heldUntil.Passed(now);
        if (watch == _deviceIsWatched) return;
        _deviceIsWatched = watch;
        _epoll.Modify(_device.Fd, watch ? EpollInterest.Readable : EpollInterest.None, DeviceToken);
    }

    private void WatchForRoom(UdpLane lane, MonoTime now)
    {
        if (!lane.EndTurn(now)) return;
        var interest = EpollInterest.Readable | (lane.RoomIsWatched ? EpollInterest.Writable : EpollInterest.None);
        _epoll.Modify(lane.Socket.Fd, interest, lane.Token);
    }

    private void ArmTimer()
    {
        var next = Tunnel.NextTimeout;
        if (!_deviceIsWatched && _heldUntil < next) next = _heldUntil;
        if (next == _armedFor) return;
        _armedFor = next;
        if (next == MonoTime.Never) _timer.Disarm();
        else _timer.Arm(Math.Max(1, next.Nanoseconds));
    }

    /// <summary>
    /// Frees what the loop held, once it has ended. The thread is past its last turn then, and the mailbox refuses, so
    /// nobody else reaches the tunnel.
    /// </summary>
    public void Dispose()
    {
        if (_thread.IsAlive) _thread.Join();
        Tunnel.Dispose();
        _transport.Dispose();
        _links?.Dispose();
        _epoll.Dispose();
        _timer.Dispose();
        _mailbox.Dispose();
        _device.Dispose();
    }
}
