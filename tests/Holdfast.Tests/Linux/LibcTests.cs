using Holdfast.Linux;

namespace Holdfast.Tests.Linux;

public sealed unsafe class LibcTests
{
    // What `sizeof` and `offsetof` say in C, x86-64.
    [Fact]
    public void Structures_are_as_large_as_in_the_headers()
    {
        Assert.Equal(16, sizeof(Libc.TimeSpec));
        Assert.Equal(32, sizeof(Libc.TimerSpec));
        Assert.Equal(40, sizeof(Libc.InterfaceRequest));
        Assert.Equal(16, sizeof(Libc.IoVector));
        Assert.Equal(56, sizeof(Libc.MessageHeader));
        Assert.Equal(64, sizeof(Libc.BatchedMessage));
        Assert.Equal(16, sizeof(Libc.ControlHeader));
        Assert.Equal(12, sizeof(Libc.PacketInfo4));
        Assert.Equal(20, sizeof(Libc.PacketInfo6));
        Assert.Equal(16, sizeof(Libc.ExtendedError));
        Assert.Equal(16, sizeof(Libc.SocketAddress4));
        Assert.Equal(28, sizeof(Libc.SocketAddress6));
        Assert.Equal(12, sizeof(Libc.NetlinkAddress));
        Assert.Equal(12, sizeof(Libc.Credentials));
        Assert.Equal(256, sizeof(Libc.FileState));
    }

    [Fact]
    public void Fields_stand_where_the_headers_have_them()
    {
        var message = default(Libc.BatchedMessage);
        var start = (byte*)&message;
        Assert.Equal(16, (byte*)&message.Header.Vectors - start);
        Assert.Equal(24, (byte*)&message.Header.VectorCount - start);
        Assert.Equal(32, (byte*)&message.Header.Control - start);
        Assert.Equal(40, (byte*)&message.Header.ControlLength - start);
        Assert.Equal(48, (byte*)&message.Header.Flags - start);
        Assert.Equal(56, (byte*)&message.Length - start);
        var info = default(Libc.PacketInfo6);
        Assert.Equal(16, (byte*)&info.InterfaceIndex - (byte*)&info);
    }

    [Fact]
    public void An_error_names_the_operation_and_the_number()
    {
        var error = new LinuxException("bind udp 0.0.0.0:51820", Errno.EADDRINUSE);
        Assert.Equal("bind udp 0.0.0.0:51820: Address already in use (EADDRINUSE)", error.Message);
        Assert.Equal("bind udp 0.0.0.0:51820", error.Operation);
        Assert.Equal(98, error.Errno);
        Assert.EndsWith("(EPERM): needs root", new LinuxException("x", Errno.EPERM, "needs root").Message);
    }

    [Theory]
    [InlineData(1, "EPERM"), InlineData(11, "EAGAIN"), InlineData(40, "ELOOP"), InlineData(41, "errno 41")]
    [InlineData(77, "EBADFD"), InlineData(95, "EOPNOTSUPP"), InlineData(105, "ENOBUFS"), InlineData(133, "EHWPOISON")]
    [InlineData(134, "errno 134"), InlineData(0, "errno 0"), InlineData(-1, "errno -1")]
    public void Error_numbers_have_their_names(int errno, string name) => Assert.Equal(name, Errno.NameOf(errno));

    [Fact]
    public void Every_constant_has_the_name_of_its_number()
    {
        foreach (var field in typeof(Errno).GetFields().Where(f => f.IsLiteral))
            Assert.Equal(field.Name, Errno.NameOf((int)field.GetRawConstantValue()!));
    }
}
