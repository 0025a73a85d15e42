using Holdfast.Linux.Namespaces;
using Holdfast.Linux.Tun;

namespace Holdfast.Labs;

/// <summary>The relay's hold on one end of a wire: its TUN, whether it is plugged in, and what was seen
/// there.</summary>
internal sealed class RelayEnd : IDisposable
{
    private readonly TunDevice _tun;
    private volatile bool _plugged = true;

    private RelayEnd(TunDevice tun, int captureBytes)
    {
        _tun = tun;
        Capture = new CaptureRing(captureBytes);
    }

    public CaptureRing Capture { get; }

    public bool Plugged => _plugged;

    public int Fd => _tun.Fd;

    /// <summary>The device is deleted; only the relay's thread asks and says so.</summary>
    public bool Gone { get; set; }

    public static RelayEnd Open(LinkEnd end, int captureBytes)
    {
        using var network = end.Host.OpenNetwork();
        return new RelayEnd(NetworkNamespace.RunIn(network, () => TunDevice.Open(end.Interface)), captureBytes);
    }

    public void Plug(bool plugged)
    {
        // A TUN without carrier still takes what is written to it, so that the relay has to look at this too.
        _plugged = plugged;
        _tun.SetCarrier(plugged);
    }

    public int Read(Span<byte> fill) => _tun.Read(fill);

    public DropCause Deliver(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        if (!_plugged)
            return DropCause.Unplugged;
        if (_tun.Write(packet) < 0)
            return DropCause.EndDown;
        Capture.Append(packet, now);
        return DropCause.None;
    }

    public bool Inject(ReadOnlySpan<byte> packet) => _tun.Write(packet) == packet.Length;

    public void Dispose() => _tun.Dispose();
}
