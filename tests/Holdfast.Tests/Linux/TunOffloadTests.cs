using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Holdfast.Engine.DataPlane;
using Holdfast.Linux.Events;
using Holdfast.Linux.Namespaces;
using Holdfast.Linux.Netlink;
using Holdfast.Linux.Sockets;
using Holdfast.Linux.Tun;
using Holdfast.Protocol.Segments;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Tests.Linux;

/// <summary>Two hosts, a device with offload in each, and between them what cuts and joins: the kernel judges both.</summary>
public sealed class TunOffloadTests
{
    private const int Bytes = 8_000_000;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("10.9.0.1", "10.9.0.2")]
    [InlineData("fd09::1", "fd09::2")]
    public async Task A_stream_arrives_whole_and_no_checksum_is_wrong(string near, string far)
    {
        using var pair = new Pair(near, far);
        var sent = RandomNumberGenerator.GetBytes(Bytes);
        var received = new byte[Bytes];
        using var listener = NetworkNamespace.RunIn(pair.Far, () => new TcpListener(IPAddress.Parse(far), 7000));
        NetworkNamespace.RunIn(pair.Far, listener.Start);
        using var client = NetworkNamespace.RunIn(
            pair.Near, () => new Socket(IPAddress.Parse(near).AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        var sending = Task.Run(
            () =>
            {
                client.Connect(IPAddress.Parse(far), 7000);
                client.Send(sent);
                client.Shutdown(SocketShutdown.Send);
            },
            TestContext.Current.CancellationToken);
        var receiving = Task.Run(
            () =>
            {
                using var accepted = listener.AcceptSocket();
                for (int at = 0, count; (count = accepted.Receive(received.AsSpan(at))) > 0;) at += count;
            },
            TestContext.Current.CancellationToken);
        pair.CarryUntil(() => sending.IsCompleted && receiving.IsCompleted);
        await Task.WhenAll(sending, receiving);
        Assert.True(sent.AsSpan().SequenceEqual(received));
        Assert.Equal(0, pair.ChecksumErrors("Tcp", "Tcp"));
        Assert.True(pair.Packets > 4 * pair.Reads, $"{pair.Packets} packets of {pair.Reads} reads");
        Assert.True(pair.Packets > 4 * pair.Writes, $"{pair.Packets} packets in {pair.Writes} writes");
        // The device's MTU is 1500; WireGuard adds 32 bytes to each packet.
        Assert.Equal(SendBatch.RunBytes / 1532, pair.MostPackets);
    }

    [Theory]
    [InlineData("10.9.0.1", "10.9.0.2")]
    [InlineData("fd09::1", "fd09::2")]
    public void A_run_of_datagrams_arrives_as_a_run(string near, string far)
    {
        using var pair = new Pair(near, far);
        var (from, to) = (IPAddress.Parse(near), IPAddress.Parse(far));
        using var sender = NetworkNamespace.RunIn(
            pair.Near, () => UdpSocket.Open(from.AddressFamily, new UdpOptions { Address = from }));
        using var receiver = NetworkNamespace.RunIn(
            pair.Far, () => UdpSocket.Open(to.AddressFamily, new UdpOptions { Address = to, Port = 7000, JoinsReceived = true }));
        var batch = new SendBatch(4, 100_000);
        for (var i = 0; i < 40; i++)
        {
            batch.Reserve(1000).Fill((byte)i);
            var length = i < 39 ? 1000 : 333;
            if (!batch.TryJoin(length)) batch.Commit(length, DatagramAddress.From(new IPEndPoint(to, 7000)));
        }
        var received = new ReceiveBatch(64, 65507);
        Assert.Equal(1, sender.Send(batch).Sent);
        pair.CarryUntil(() => receiver.Receive(received) > 0);

        Assert.Equal((1, 1000), (received.Count, received.Accompanying(0).SegmentBytes));
        Assert.Equal(batch.Datagram(0).ToArray(), received.Datagram(0).ToArray());
        Assert.Equal(0, pair.ChecksumErrors("Udp", "Udp6"));
        Assert.Equal((1, 40, 1), (pair.Reads, pair.Packets, pair.Writes));
    }

    [Theory]
    [InlineData("10.9.0.1", "10.9.0.2")]
    [InlineData("fd09::1", "fd09::2")]
    public void Many_small_datagrams_of_one_flow_all_arrive(string near, string far)
    {
        const int Count = 300;
        using var pair = new Pair(near, far);
        var (from, to) = (IPAddress.Parse(near), IPAddress.Parse(far));
        using var sender = NetworkNamespace.RunIn(
            pair.Near, () => UdpSocket.Open(from.AddressFamily, new UdpOptions { Address = from }));
        using var receiver = NetworkNamespace.RunIn(
            pair.Far, () => UdpSocket.Open(to.AddressFamily, new UdpOptions { Address = to, Port = 7000, ReceiveBuffer = 1 << 20 }));
        var batch = new SendBatch(8, 100_000);
        for (var i = 0; i < Count; i++)
        {
            batch.Reserve(100).Fill((byte)i);
            if (!batch.TryJoin(100)) batch.Commit(100, DatagramAddress.From(new IPEndPoint(to, 7000)));
        }
        sender.Send(batch);
        var (received, seen) = (new ReceiveBatch(64, 2000), 0);
        pair.CarryUntil(() =>
        {
            for (var left = receiver.Receive(received); left > 0; left--)
                Assert.Equal((byte)seen++, received.Datagram(received.Count - left)[0]);
            return seen == Count;
        });
        Assert.Equal(0, pair.ChecksumErrors("Udp", "Udp6"));
    }

    /// <summary>The hosts, and the one thread that carries packets between their devices.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly End _near;
        private readonly End _far;

        internal Pair(string near, string far)
        {
            (Near, Far) = (NetworkNamespace.Create(), NetworkNamespace.Create());
            (_near, _far) = (new End(Near, near), new End(Far, far));
        }

        internal SafeFileHandle Near { get; }

        internal SafeFileHandle Far { get; }

        // of the near host's data
        internal int Reads => _near.Reads;

        internal int Packets => _near.Packets;

        internal int MostPackets => _near.MostPackets;

        internal int Writes => _far.Writes;

        internal void CarryUntil(Func<bool> done)
        {
            using var epoll = new Epoll();
            epoll.Add(_near.Device.Fd, EpollInterest.Readable, 0);
            epoll.Add(_far.Device.Fd, EpollInterest.Readable, 1);
            var end = MonotonicClock.Now + (long)Deadline.TotalNanoseconds;
            while (!done())
            {
                Assert.True(MonotonicClock.Now < end, $"not done after {Deadline}");
                epoll.Wait(new EpollEvent[2], TimeSpan.FromMilliseconds(10));
                _near.Carry(_far);
                _far.Carry(_near);
            }
        }

        internal int ChecksumErrors(string four, string six) =>
            new[] { Near, Far }.Sum(space => NetworkNamespace.RunIn(space, () => Errors(four) + Errors6(six)));

        public void Dispose()
        {
            _near.Device.Dispose();
            _far.Device.Dispose();
            Near.Dispose();
            Far.Dispose();
        }

        private static int Errors(string protocol)
        {
            var lines = File.ReadAllLines("/proc/thread-self/net/snmp").Where(line => line.StartsWith($"{protocol}:")).ToArray();
            var column = Array.IndexOf(lines[0].Split(' '), "InCsumErrors");
            return int.Parse(lines[1].Split(' ')[column], CultureInfo.InvariantCulture);
        }

        private static int Errors6(string protocol) => File.ReadAllLines("/proc/thread-self/net/snmp6")
            .Where(line => line.StartsWith($"{protocol}InCsumErrors")).Sum(line => int.Parse(line.Split('\t', ' ')[^1], CultureInfo.InvariantCulture));
    }

    private sealed class End : ISegmentWriter
    {
        private readonly byte[] _buffer = new byte[VirtioHeader.Bytes + 65536 + SegmentSplitter.Room];
        private readonly byte[] _headers = new byte[SegmentSplitter.MaximumHeaders];
        private readonly SegmentJoiner _joiner;

        internal End(SafeFileHandle space, string address)
        {
            Device = NetworkNamespace.RunIn(space, () => Open(address));
            _joiner = new SegmentJoiner(this);
        }

        internal TunDevice Device { get; }

        internal int Reads { get; private set; }

        internal int Packets { get; private set; }

        internal int MostPackets { get; private set; } // of one read

        internal int Writes { get; private set; }

        internal void Carry(End other)
        {
            int length;
            while ((length = Device.Read(_buffer.AsSpan(..^SegmentSplitter.Room))) > 0)
            {
                Reads++;
                var header = VirtioHeader.Read(_buffer);
                var packet = _buffer.AsSpan(VirtioHeader.Bytes);
                length -= VirtioHeader.Bytes;
                if (header.Kind == SegmentKind.Single)
                {
                    Assert.True(header.TryCompleteChecksum(packet[..length]));
                    other.Take(packet[..length]);
                    Packets++;
                    continue;
                }
                Assert.True(SegmentSplitter.TryBegin(packet, length, header, _headers, out var splitter));
                Packets += splitter.Count;
                MostPackets = Math.Max(MostPackets, splitter.Count);
                while (splitter.TryNext(out var piece, out var size)) other.Take(piece[..size]);
            }
            other._joiner.Flush();
        }

        void ISegmentWriter.Write(ReadOnlySpan<byte> headed, int packets)
        {
            Writes++;
            Assert.Equal(headed.Length, Device.Write(headed));
        }

        private static TunDevice Open(string address)
        {
            using var routes = new RouteSocket();
            var ip = IPAddress.Parse(address);
            var wanted = TunOffload.Checksums | TunOffload.Tcp | TunOffload.Udp;
            var device = TunDevice.Open("hft0", new TunOptions { VirtioHeader = true, Offload = wanted });
            Assert.Equal(wanted, device.Offload);
            if (ip.AddressFamily == AddressFamily.InterNetwork) Sysctl("disable_ipv6", "1");
            Sysctl("router_solicitations", "0");
            routes.AddAddress(new AddressState
            {
                InterfaceIndex = device.Index,
                Address = ip,
                PrefixLength = ip.AddressFamily == AddressFamily.InterNetwork ? 24 : 64,
                Flags = AddressFlags.NoDuplicateDetection, // else it is not there before the kernel has looked around
            });
            routes.SetSuperPacketBytes(device.Index, SuperPackets.BytesFor(device.Mtu));
            using var monitor = new RouteMonitor();
            routes.SetUp(device.Index, true);
            // The kernel notices the carrier in its own time; until then packets are dropped, and IPv6 has no way to its own address.
            KernelRoom.WaitFor(monitor, () => routes.Link(device.Index) is { IsRunning: true } && routes.Routes(ip.AddressFamily)
                .Any(route => route.Type == RouteType.Local && route.Destination.BaseAddress.Equals(ip)));
            return device;
        }

        private static void Sysctl(string name, string value) =>
            Holdfast.Linux.Files.Sysctl.Write($"net/ipv6/conf/hft0/{name}", value);

        private void Take(ReadOnlySpan<byte> packet)
        {
            packet.CopyTo(_joiner.Reserve(packet.Length));
            _joiner.Commit(packet.Length, null);
        }
    }
}
