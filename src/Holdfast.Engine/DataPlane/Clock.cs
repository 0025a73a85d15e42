using Holdfast.Linux.Events;
using Holdfast.Protocol;

namespace Holdfast.Engine.DataPlane;

/// <summary>Reads both clocks. The monotonic one goes on while the machine sleeps, so keys age then too.</summary>
internal static class Clock
{
    internal static Now Read() => new(
        new MonoTime(MonotonicClock.Now), (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100);
}
