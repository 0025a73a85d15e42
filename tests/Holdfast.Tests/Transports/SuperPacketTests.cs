using Holdfast.Engine.DataPlane;
using Holdfast.Linux.Sockets;

namespace Holdfast.Tests.Transports;

public sealed class SuperPacketTests
{
    // What the kernel's TCP takes off for headers, at most (MAX_TCP_HEADER + 1).
    private const int KernelHeaders = 321;

    [Fact]
    public void What_one_becomes_fits_one_message_whatever_the_headers()
    {
        for (var mtu = 1280; mtu <= 9000; mtu++)
        {
            var bytes = SuperPackets.BytesFor(mtu) - KernelHeaders;
            // IPv4 and IPv6, TCP without options, with timestamps, and with selective acknowledgements beside them.
            foreach (var headers in new[] { 40, 52, 60, 72 })
            {
                var datagrams = bytes / (mtu - headers);
                Assert.True(datagrams * (mtu + 32) <= SendBatch.RunBytes, $"MTU {mtu}, headers {headers}: {datagrams}");
                Assert.True((datagrams + 2) * (mtu + 32) > SendBatch.RunBytes, $"MTU {mtu}, headers {headers}: {datagrams}");
            }
        }
    }

    [Theory]
    [InlineData(68)]
    [InlineData(576)]
    [InlineData(40_000)]
    [InlineData(65_521)]
    public void Any_mtu_gives_a_size_that_the_kernel_takes(int mtu) =>
        Assert.InRange(SuperPackets.BytesFor(mtu), Math.Min(mtu, 576), 65_536);
}
