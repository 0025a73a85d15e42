using Holdfast.Linux;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Sockets;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.DataPlane;

/// <summary>How large the host's super-packets may be, so that each becomes one message that the kernel cuts (UDP_SEGMENT).</summary>
internal static class SuperPackets
{
    /// <summary>What a packet grows by within a datagram: WireGuard's header and tag.</summary>
    private const int Sealing = 32;

    /// <summary>Headers of the usual segment: IPv4, and TCP with timestamps (RFC 7323). One with larger headers has less
    /// payload, but not by so much that another one fits.</summary>
    private const int Headers = 52;

    /// <summary>What the kernel's TCP keeps of it for headers: MAX_TCP_HEADER of net/tcp.h, and one (sk_setup_caps).</summary>
    private const int KernelHeaders = 321;

    private const int Largest = 65536; // GSO_LEGACY_MAX_SIZE of linux/netdevice.h

    /// <summary>Keeps a device's super-packets to that size. A kernel that refuses costs no more than some throughput, and that the
    /// device is gone is told elsewhere.</summary>
    internal static void Limit(int index, int mtu, ILogger log)
    {
        try
        {
            using var kernel = new RouteSocket();
            kernel.SetSuperPacketBytes(index, BytesFor(mtu));
        }
        catch (LinuxException e)
        {
            if (e.Errno != Errno.ENODEV) Log.OffloadMissing(log, $"take the size of super-packets ({e.Message})");
        }
    }

    /// <summary>The largest super-packet.</summary>
    /// <param name="mtu">The device's, in bytes.</param>
    /// <returns>Bytes for the device's gso_max_size.</returns>
    internal static int BytesFor(int mtu)
    {
        var datagrams = Math.Clamp(SendBatch.RunBytes / (mtu + Sealing), 1, SendBatch.RunDatagrams);
        return Math.Min(datagrams * Math.Max(mtu - Headers, 1) + KernelHeaders, Largest);
    }
}
