using System.Net.Sockets;
using Holdfast.Engine.DataPlane;
using Holdfast.Linux;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol;

namespace Holdfast.Engine.Transports;

/// <summary>
/// Carries datagrams by UDP, over IPv4 and IPv6 on one port, by a lane for each family and further ones for uplinks that have
/// sockets of their own. What is committed waits in a batch until <see cref="Flush"/>; a full batch flushes by itself. Used by the
/// engine's thread alone.
/// </summary>
internal sealed class UdpTransport : IDisposable
{
    private const int PortAttempts = 16;

    private readonly Offload _offload;
    private uint _mark;
    private UdpLane[] _lanes; // replaced whole

    internal UdpTransport(UdpLane[] lanes, uint mark, Offload offload) => (_lanes, _mark, _offload) = (lanes, mark, offload);

    /// <summary>The port that all sockets are bound to.</summary>
    internal ushort Port => (ushort)_lanes[0].Socket.Port;

    /// <summary>The sockets that there are: a host may lack IPv6, or IPv4. Valid until one is opened or closed.</summary>
    internal ReadOnlySpan<UdpLane> Lanes => _lanes;

    /// <summary>Whether the kernel puts received datagrams together.</summary>
    internal bool JoinsReceived => Array.TrueForAll(_lanes, lane => lane.Socket.JoinsReceived);

    /// <summary>Whether datagrams wait for room in a socket.</summary>
    internal bool IsBlocked
    {
        get
        {
            foreach (var lane in _lanes)
                if (lane.IsBlocked) return true;
            return false;
        }
    }

    /// <summary>
    /// Until when the device is to be left alone, so that its queue tells the host to slow down: while a socket takes no more,
    /// but not for long, and not while datagrams go out by another one. In the past when it is to be read.
    /// </summary>
    internal MonoTime HoldsDeviceUntil(MonoTime now)
    {
        var until = MonoTime.LongAgo;
        foreach (var lane in _lanes)
        {
            if (!lane.IsBlocked && !lane.InUseUntil.Passed(now)) return MonoTime.LongAgo;
            if (lane.HoldsDeviceUntil > until) until = lane.HoldsDeviceUntil;
        }
        return until;
    }

    /// <summary>Opens a socket for each family on one port; 0 takes a port that is free for both.</summary>
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
                return new UdpTransport([.. new[] { v4, v6 }.OfType<UdpLane>()], mark, offload);
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
            return new UdpLane(UdpSocket.Open(family, OptionsFor(mark, offload) with { Port = port }), offload.SendsRuns);
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

    private static UdpOptions OptionsFor(uint mark, Offload offload) => new()
    {
        Mark = mark,
        ReceiveBuffer = EngineLimits.SocketBufferBytes,
        SendBuffer = EngineLimits.SocketBufferBytes,
        PathMtu = PathMtuDiscovery.Off,
        JoinsReceived = offload.ReceivesRuns,
        TellsTrafficClass = true,
        TellsErrors = true,
    };

    /// <summary>Opens an uplink's own socket on this port.</summary>
    /// <returns>Its lane; null where this host lacks the family.</returns>
    /// <exception cref="LinuxException">EMFILE and the like; an uplink that has just gone is none of them.</exception>
    internal UdpLane? OpenFor(int interfaceIndex, byte family)
    {
        if (Find(family, 0) is not { } unbound) return null;
        var socket = unbound.Socket.OpenFor(interfaceIndex, OptionsFor(_mark, _offload));
        var lane = new UdpLane(socket, _offload.SendsRuns, interfaceIndex);
        _lanes = [.. _lanes, lane];
        return lane;
    }

    /// <summary>Closes an uplink's own socket; what waits for it is lost by name.</summary>
    internal void Close(UdpLane lane, Tunnel tunnel)
    {
        _lanes = [.. _lanes.Where(other => other != lane)];
        lane.Abandon(tunnel);
        lane.Dispose();
    }

    /// <summary>The mark of all that is sent from here on; 0 is none.</summary>
    internal void SetMark(uint mark)
    {
        foreach (var lane in _lanes) lane.Socket.SetMark(mark);
        _mark = mark;
    }

    /// <summary>The first run that the kernel did not cut.</summary>
    internal SendFailure? TakeRefusal(out DatagramAddress to)
    {
        to = default;
        foreach (var lane in _lanes)
            if (lane.TakeRefusal(out to) is { } refusal) return refusal;
        return null;
    }

    /// <summary>
    /// The lane of datagrams of a family that leave by an interface: the uplink's own, if it has one, else the one of all others.
    /// Null where this host lacks the family.
    /// </summary>
    internal UdpLane? LaneOf(byte family, int interfaceIndex = 0) =>
        (interfaceIndex == 0 ? null : Find(family, interfaceIndex)) ?? Find(family, 0);

    private UdpLane? Find(byte family, int interfaceIndex)
    {
        foreach (var lane in _lanes)
            if (lane.Family == family && lane.InterfaceIndex == interfaceIndex) return lane;
        return null;
    }

    /// <summary>Whether an uplink has a socket of its own for a family.</summary>
    internal bool HasLaneFor(int interfaceIndex, byte family) => Find(family, interfaceIndex) is not null;

    /// <summary>Sends where there is no room for another super-packet.</summary>
    internal void MakeRoom(Tunnel tunnel)
    {
        foreach (var lane in _lanes) lane.MakeRoom(tunnel);
    }

    /// <summary>Sends what was committed.</summary>
    internal void Flush(Tunnel tunnel)
    {
        foreach (var lane in _lanes) lane.Flush(tunnel);
    }

    /// <summary>Sends what there is room for and loses the rest by name: this transport is about to go.</summary>
    internal void Drain(Tunnel tunnel)
    {
        foreach (var lane in _lanes) lane.Drain(tunnel);
    }

    public void Dispose()
    {
        foreach (var lane in _lanes) lane.Dispose();
    }
}
