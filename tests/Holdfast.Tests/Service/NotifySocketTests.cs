using Holdfast.Linux.Services;

namespace Holdfast.Tests.Service;

public sealed class NotifySocketTests
{
    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_message_arrives_at_a_path_and_at_an_abstract_name(bool isAbstract)
    {
        using var manager = new DatagramListener(isAbstract);
        using var socket = NotifySocket.TryOpen(manager.Address);
        Assert.NotNull(socket);
        Assert.True(socket.Send("READY=1\nSTATUS=up: hf0"));
        Assert.Equal("READY=1\nSTATUS=up: hf0", manager.NextText());
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("/"), InlineData("@"), InlineData("run/notify")]
    [InlineData("vsock:2:1234")]
    public void What_names_no_such_socket_is_as_good_as_none(string? address)
        => Assert.Null(NotifySocket.TryOpen(address));

    [Fact]
    public void A_name_longer_than_a_socket_can_have_is_as_good_as_none() =>
        Assert.Null(NotifySocket.TryOpen("/" + new string('x', 200)));

    [Fact]
    public void A_manager_that_is_gone_is_no_fault_of_ours()
    {
        var manager = new DatagramListener();
        using var socket = NotifySocket.TryOpen(manager.Address);
        manager.Dispose();
        Assert.False(socket!.Send("READY=1"));
    }
}
