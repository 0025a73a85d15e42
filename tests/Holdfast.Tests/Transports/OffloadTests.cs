using Holdfast.Engine.DataPlane;
using Holdfast.Linux.Tun;

namespace Holdfast.Tests.Transports;

public sealed class OffloadTests
{
    [Fact]
    public void Everything_is_used_but_what_is_listed()
    {
        var all = Offload.Parse("");
        Assert.Equal(TunOffload.Checksums | TunOffload.Tcp | TunOffload.Udp, all.Tun);
        Assert.True(all is { Joins: true, SendsRuns: true, ReceivesRuns: true, Ciphers: true });
        Assert.Equal(TunOffload.Checksums | TunOffload.Udp, Offload.Parse("tun-tcp").Tun);
        Assert.Equal(TunOffload.Checksums | TunOffload.Tcp, Offload.Parse(" tun-udp ,").Tun);
        Assert.Equal(TunOffload.None, Offload.Parse("tun-checksum").Tun); // the others need it
        Assert.True(Offload.Parse("tun-write,udp-receive") is { Joins: false, SendsRuns: true, ReceivesRuns: false });
        Assert.False(Offload.Parse("udp-send").SendsRuns);
        Assert.True(Offload.Parse("ciphers") is { Joins: true, SendsRuns: true, ReceivesRuns: true, Ciphers: false });
        Assert.True(Offload.Parse("all") is
        { Tun: TunOffload.None, Joins: false, SendsRuns: false, ReceivesRuns: false, Ciphers: false });
    }

    [Fact]
    public void A_word_that_means_nothing_is_named()
    {
        var error = Assert.Throws<IOException>(() => Offload.Parse("tun-tcp,gro"));
        Assert.StartsWith("HOLDFAST_NO_OFFLOAD: 'gro' is not one of tun-tcp, ", error.Message, StringComparison.Ordinal);
    }
}
