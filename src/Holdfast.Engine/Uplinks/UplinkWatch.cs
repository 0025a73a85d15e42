using Holdfast.Control;
using Holdfast.Engine.Config;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Health;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Netlink;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Uplinks;

/// <summary>
/// Follows the uplinks of one network namespace, the one that the calling thread is in when it is started, on a thread of its own,
/// and tells everybody who wants to hear. A loss is told at once; what comes gets a moment to be complete, and what flaps waits longer.
/// </summary>
public sealed class UplinkWatch : IDisposable
{
    private const ulong MonitorToken = 1;
    private const ulong BellToken = 2;

    // --- constant after construction -----------------------------------------------------------------------
    private readonly ILogger _log;
    private readonly RouteMonitor _monitor = new(); // before the first look, so that nothing falls between
    private readonly UplinkObserver _observer = new();
    private readonly Epoll _epoll = new();
    private readonly EventFd _bell = new();
    private readonly Thread _thread;

    // --- the watch's own thread only, after the start ------------------------------------------------------
    private readonly List<RouteEvent> _events = [];
    private long _lookAt; // on the monotonic clock
    private long _probeAt; // as well, while tunnels have sockets for uplinks
    private bool _isStale = true; // something happened since everything was listed
    private EventLimit _limit = new(EngineLimits.EventsOfUplinks);

    // --- asked for by others, heard with the bell ----------------------------------------------------------
    private volatile ValueList<UplinkConfig> _listed;
    private volatile bool _ends;

    // --- published snapshot, replaced whole ----------------------------------------------------------------
    private volatile IReadOnlyList<Uplink> _uplinks = [];

    // --- under the lock of _followers ----------------------------------------------------------------------
    private readonly List<Follower> _followers = [];
    private UsableUplinks _told = UsableUplinks.None;

    private UplinkWatch(ValueList<UplinkConfig> listed, ILogger log)
    {
        (_listed, _log) = (listed, log);
        _epoll.Add(_monitor.Fd, EpollInterest.Readable, MonitorToken);
        _epoll.Add(_bell.Fd, EpollInterest.Readable, BellToken);
        _thread = new Thread(Run) { Name = "uplinks", IsBackground = true };
    }

    /// <summary>The uplinks, as they were when something changed last.</summary>
    public IReadOnlyList<Uplink> Uplinks => _uplinks;

    /// <summary>
    /// Whether tunnels have sockets of their own for uplinks: with a list, or with two to choose from. A host with one way out
    /// leaves that to its routes.
    /// </summary>
    private bool IsBound => IsListed || _uplinks.Count > 1;

    private bool IsListed => _uplinks is [{ IsListed: true }, ..];

    /// <summary>Looks once, and follows from then on.</summary>
    /// <param name="listed">The file's list; without one, uplinks are found by themselves.</param>
    /// <param name="log">Where changes are logged.</param>
    /// <exception cref="LinuxException">The kernel refused: too many open files.</exception>
    public static UplinkWatch Start(ValueList<UplinkConfig> listed, ILogger log)
    {
        var watch = new UplinkWatch(listed, log);
        watch.Look();
        watch._thread.Start();
        return watch;
    }

    /// <summary>Follows another list from here on.</summary>
    internal void SetListed(ValueList<UplinkConfig> listed)
    {
        if (listed == _listed) return;
        _listed = listed;
        _bell.Signal();
    }

    /// <summary>Tells, at once and whenever it changes, which uplinks tunnels are to have sockets for. It must not wait.</summary>
    /// <param name="hear">Told.</param>
    /// <param name="isBusy">Asked whether it carries just now, so that a lost carrier is looked for more often.</param>
    internal void Follow(Action<UsableUplinks> hear, Func<bool> isBusy)
    {
        lock (_followers)
        {
            _followers.Add(new Follower(hear, isBusy));
            hear(_told);
        }
        _bell.Signal(); // it may be busy already
    }

    /// <summary>Tells no more.</summary>
    internal void Leave(Action<UsableUplinks> hear)
    {
        lock (_followers) _followers.RemoveAll(follower => follower.Hear == hear);
    }

    /// <summary>The uplinks as clients see them.</summary>
    internal IReadOnlyList<UplinkStatus> Status()
    {
        var isBound = IsBound;
        return [.. _uplinks.Select(uplink => uplink.ToStatus(isBound))];
    }

    /// <summary>Ends the thread; followers are told nothing more.</summary>
    public void Dispose()
    {
        _ends = true;
        _bell.Signal();
        _thread.Join();
        _epoll.Dispose();
        _bell.Dispose();
        _observer.Dispose();
        _monitor.Dispose();
    }

    private void Run()
    {
        while (!_ends)
        {
            try
            {
                Turn();
            }
            catch (LinuxException e)
            {
                Log.UplinksUnseen(_log, e.Message, EngineLimits.UplinkRecheck);
                _lookAt = _probeAt = After(EngineLimits.UplinkRecheck);
            }
        }
    }

    private void Turn()
    {
        Span<EpollEvent> happened = stackalloc EpollEvent[2];
        var count = _epoll.Wait(happened, TimeSpan.FromTicks(
            Math.Max(0, Math.Min(_lookAt, _probeAt) - MonotonicClock.Now) / TimeSpan.NanosecondsPerTick));
        foreach (var one in happened[..count])
        {
            if (one.Token == BellToken) Rung();
            else Heard();
        }
        if (!_ends && MonotonicClock.Now >= _probeAt) Probe();
        if (!_ends && MonotonicClock.Now >= _lookAt) Look();
    }

    /// <summary>
    /// The kernel holds back word of a lost carrier for up to a second after it told of another one. Whoever carries can't wait for
    /// that, so the uplinks that are up are asked.
    /// </summary>
    private void Probe()
    {
        var hasLost = false;
        foreach (var uplink in _uplinks)
            if (uplink.IsUp) hasLost |= _observer.HasLostCarrier(uplink.InterfaceIndex);
        if (hasLost) Changed(EngineLimits.UplinkSettling);
        PlanProbe();
    }

    private void PlanProbe() => _probeAt = !IsBound ? long.MaxValue
        : After(IsAnyBusy() ? EngineLimits.CarrierProbe : EngineLimits.CarrierProbeIdle);

    private bool IsAnyBusy()
    {
        lock (_followers)
        {
            foreach (var follower in _followers)
                if (follower.IsBusy()) return true;
            return false;
        }
    }

    private static long After(TimeSpan pause) => MonotonicClock.Now + pause.Ticks * TimeSpan.NanosecondsPerTick;

    private void Rung()
    {
        _bell.Acknowledge();
        _lookAt = MonotonicClock.Now;
    }

    private void Heard()
    {
        var matters = false;
        _events.Clear();
        while (_monitor.Read(_events))
        {
        }
        foreach (var one in _events) matters |= _observer.Apply(one);
        var isBlind = _events.Exists(one => one.Subject == RouteSubject.Overrun); // what was lost may have been a loss
        if (matters) Changed(isBlind ? TimeSpan.Zero : EngineLimits.UplinkSettling);
    }

    /// <summary>Tells of a loss at once; all the rest once it is complete.</summary>
    private void Changed(TimeSpan settling)
    {
        _isStale = true;
        _lookAt = Math.Min(_lookAt, After(settling));
        var next = Decide();
        if (IsLoss(_uplinks, next)) Publish(next);
    }

    private void Look()
    {
        _lookAt = After(EngineLimits.UplinkRecheck);
        if (_isStale) _observer.ListAnew();
        else _observer.ReadSettings();
        _isStale = false;
        Publish(Decide());
        foreach (var uplink in _uplinks)
        {
            var held = uplink.HoldDown.Until.Nanoseconds;
            if (uplink.Leads && held > MonotonicClock.Now) _lookAt = Math.Min(_lookAt, held);
        }
    }

    private IReadOnlyList<Uplink> Decide() => UplinkDecision.Decide(_listed, _observer.Facts, _uplinks, Clock.Read());

    private static bool IsLoss(IReadOnlyList<Uplink> before, IReadOnlyList<Uplink> after) => before.Any(was =>
        after.FirstOrDefault(uplink => uplink.Interface == was.Interface) is not { } now
        || (was.HasV4 && !now.HasV4) || (was.HasV6 && !now.HasV6)
        || (was.IsUp && was.InterfaceIndex != now.InterfaceIndex));

    private void Publish(IReadOnlyList<Uplink> next)
    {
        var before = _uplinks;
        _uplinks = next;
        PlanProbe();
        Tell(IsBound ? new([.. next.Where(uplink => uplink.IsUp).Select(uplink => uplink.ToLocal())], IsListed) : UsableUplinks.None);
        foreach (var uplink in next)
            LogChange(before.FirstOrDefault(was => was.Interface == uplink.Interface), uplink);
    }

    private void Tell(UsableUplinks usable)
    {
        lock (_followers)
        {
            if (_told == usable) return;
            _told = usable;
            foreach (var follower in _followers) follower.Hear(usable);
        }
    }

    private void LogChange(Uplink? before, Uplink now)
    {
        if (before?.State != now.State && MayTell())
        {
            var was = before is null ? null : before.Reason ?? "up";
            if (now.IsUp) Log.UplinkUp(_log, now.Interface, string.Join(", ", now.Addresses), was, "up");
            else if (now.State == UplinkState.Flapping) Log.UplinkHeld(_log, now.Interface, Wait(now), was, now.Reason);
            else Log.UplinkOut(_log, now.Interface, now.Reason, was, now.Reason);
        }
        if (now.StrictFilter is { } setting && before?.StrictFilter is null) Log.UplinkFiltered(_log, now.Interface, setting);
    }

    private bool MayTell()
    {
        var verdict = _limit.Take(Clock.Read().Mono);
        if (verdict.LeftOut > 0) Log.UplinkEventsLeftOut(_log, verdict.LeftOut);
        if (verdict.IsFirstTooMany) Log.UplinkEventsTooMany(_log, EngineLimits.EventsOfUplinks);
        return verdict.MayTell;
    }

    private static TimeSpan Wait(Uplink uplink) =>
        TimeSpan.FromSeconds(Math.Ceiling((uplink.HoldDown.Until - Clock.Read().Mono).TotalSeconds));

    /// <summary>Somebody who wants to hear, and may carry.</summary>
    private readonly record struct Follower(Action<UsableUplinks> Hear, Func<bool> IsBusy);
}
