using System.Net.Sockets;
using Holdfast.Engine.DataPlane;
using Holdfast.Linux;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;

namespace Holdfast.Engine.Transports;

/// <summary>
/// Carries datagrams by UDP, over IPv4 and IPv6 on one port. What is committed waits in a batch until <see cref="Flush"/>;
/// a full batch flushes by itself. Used by the engine's thread alone.
/// </summary>
internal sealed class UdpTransport : IDisposable
{
    private const int PortAttempts = 16;

    private readonly UdpLane? _v4;
    private readonly UdpLane? _v6;

    internal UdpTransport(UdpLane? v4, UdpLane? v6) => (_v4, _v6) = (v4, v6);

    /// <summary>The port both sockets are bound to.</summary>
    internal ushort Port => (ushort)(_v4 ?? _v6)!.Socket.Port;

    /// <summary>The sockets that there are: a host may lack IPv6, or IPv4.</summary>
    internal IEnumerable<UdpLane> Lanes => new[] { _v4, _v6 }.OfType<UdpLane>();

    /// <summary>Whether datagrams wait for room in a socket.</summary>
    internal bool IsBlocked => _v4 is { IsBlocked: true } || _v6 is { IsBlocked: true };

    /// <summary>
    /// Until when the device is to be left alone, so that its queue tells the host to slow down: while a socket takes no more,
    /// but not for long, and not while datagrams go out by the other one. In the past when it is to be read.
    /// </summary>
    internal MonoTime HoldsDeviceUntil(MonoTime now)
    {
        var (four, six) = (Holds(_v4, _v6, now), Holds(_v6, _v4, now));
        return four > six ? four : six;
    }

    private static MonoTime Holds(UdpLane? lane, UdpLane? other, MonoTime now) =>
        lane is null || (other is { IsBlocked: false } && !other.InUseUntil.Passed(now))
            ? MonoTime.LongAgo : lane.HoldsDeviceUntil;

    /// <summary>Opens both sockets on one port; 0 takes a port that is free for both.</summary>
    /// <exception cref="LinuxException">The port is in use (EADDRINUSE), or there is no UDP at all.</exception>
    internal static UdpTransport Open(ushort port, uint mark, Offload offload)
    {
        for (var attempt = 1; ; attempt++)
        {
            var v4 = TryOpen(AddressFamily.InterNetwork, port, mark, offload);
            try
            {
                var v6 = TryOpen(AddressFamily.InterNetworkV6, v4?.Socket.Port ?? port, mark, offload);
                if (v4 is null && v6 is null)
                    throw new LinuxException("open udp", Errno.EAFNOSUPPORT, "neither IPv4 nor IPv6");
                return new UdpTransport(v4, v6);
            }
            catch (LinuxException e)
                when (port == 0 && v4 is not null && e.Errno == Errno.EADDRINUSE && attempt < PortAttempts)
            {
                v4.Dispose(); // the kernel's choice for IPv4 is taken for IPv6: choose again
            }
            catch
            {
                v4?.Dispose();
                throw;
            }
        }
    }

    private static UdpLane? TryOpen(AddressFamily family, int port, uint mark, Offload offload)
    {
        try
        {
            var socket = UdpSocket.Open(family, new UdpOptions
            {
                Port = port,
                Mark = mark,
                ReceiveBuffer = EngineLimits.SocketBufferBytes,
                SendBuffer = EngineLimits.SocketBufferBytes,
                PathMtu = PathMtuDiscovery.Off,
                JoinsReceived = offload.ReceivesRuns,
                TellsTrafficClass = true,
            });
            return new UdpLane(socket, offload.SendsRuns);
        }
        catch (LinuxException e) when (e.Errno == Errno.EAFNOSUPPORT)
        {
            return null;
        }
        catch (LinuxException e) when (e.Errno == Errno.EADDRINUSE)
        {
            throw new LinuxException(e.Operation, e.Errno,
                $"another program listens there (`ss -ulpn 'sport = {port}'` tells which); stop it, or choose another port");
        }
    }

    /// <summary>The mark of all that is sent from here on; 0 is none.</summary>
    internal void SetMark(uint mark)
    {
        foreach (var lane in Lanes) lane.Socket.SetMark(mark);
    }

    /// <summary>The first run that the kernel did not cut.</summary>
    internal SendFailure? TakeRefusal(out DatagramAddress to)
    {
        to = default;
        return _v4?.TakeRefusal(out to) ?? _v6?.TakeRefusal(out to);
    }

    internal UdpLane? LaneOf(byte family) => family == 4 ? _v4 : _v6;

    /// <summary>Sends where there is no room for another super-packet.</summary>
    internal void MakeRoom(Tunnel tunnel)
    {
        _v4?.MakeRoom(tunnel);
        _v6?.MakeRoom(tunnel);
    }

    /// <summary>Sends what was committed.</summary>
    internal void Flush(Tunnel tunnel)
    {
        _v4?.Flush(tunnel);
        _v6?.Flush(tunnel);
    }

    /// <summary>Sends what there is room for and loses the rest by name: this transport is about to go.</summary>
    internal void Drain(Tunnel tunnel)
    {
        _v4?.Drain(tunnel);
        _v6?.Drain(tunnel);
    }

    public void Dispose()
    {
        _v4?.Dispose();
        _v6?.Dispose();
    }
}
