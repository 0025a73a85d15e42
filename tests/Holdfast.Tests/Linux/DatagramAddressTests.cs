using System.Net;
using Holdfast.Linux.Sockets;

namespace Holdfast.Tests.Linux;

public sealed unsafe class DatagramAddressTests
{
    [Theory]
    [InlineData("192.0.2.1:51820"), InlineData("255.255.255.255:65535"), InlineData("[2001:db8::1]:1")]
    [InlineData("[fe80::1%3]:51820"), InlineData("0.0.0.0:0"), InlineData("[::]:0")]
    public void An_end_point_survives_the_way_through_a_socket_address(string text)
    {
        var endPoint = IPEndPoint.Parse(text);
        var address = DatagramAddress.From(endPoint);
        var name = stackalloc byte[32];
        var size = address.Write(name);
        Assert.Equal(address.Family == 4 ? 16 : 28, size);
        Assert.Equal(address, DatagramAddress.Read(name));
        Assert.Equal(endPoint, DatagramAddress.Read(name).ToIPEndPoint());
        Assert.Equal(text, address.ToString());
        // What the framework makes of the same end point, byte for byte.
        var framework = endPoint.Serialize();
        for (var i = 0; i < size; i++) Assert.Equal(framework[i], name[i]);
    }

    [Fact]
    public void IPv4_in_the_clothes_of_IPv6_is_IPv4()
    {
        var address = DatagramAddress.From(IPEndPoint.Parse("[::ffff:192.0.2.1]:5"));
        Assert.Equal(4, address.Family);
        Assert.Equal(DatagramAddress.From(IPEndPoint.Parse("192.0.2.1:5")), address);
        Assert.Equal(new byte[] { 192, 0, 2, 1 }, address.Address.ToArray());
    }

    [Fact]
    public void Addresses_differ_in_every_part()
    {
        string[] texts = ["1.2.3.4:5", "1.2.3.5:5", "1.2.3.4:6", "[102:304::]:5", "[fe80::1]:5", "[fe80::1%2]:5"];
        var addresses = texts.Select(IPEndPoint.Parse).Select(DatagramAddress.From).Append(default).ToList();
        Assert.Equal(addresses.Count, addresses.Distinct().Count());
        Assert.False(addresses[0] == addresses[1]);
        Assert.True(addresses[0] == DatagramAddress.From(IPEndPoint.Parse("1.2.3.4:5")));
    }

    [Fact]
    public void No_address_is_no_address()
    {
        Assert.Null(default(DatagramAddress).ToIPEndPoint());
        Assert.Equal("", default(DatagramAddress).ToString());
        Assert.True(default(DatagramAddress).Address.IsEmpty);
        Assert.True(default(SourceAddress).IsNone);
        Assert.Throws<ArgumentException>(() => new DatagramAddress(new byte[5], 1));
        Assert.Throws<ArgumentException>(() => new SourceAddress(default, 1));
    }

    [Theory]
    [InlineData("10.0.0.1", 7), InlineData("2001:db8::5", 9)]
    public void A_source_survives_the_way_through_control_data(string text, int index)
    {
        var source = SourceAddress.From(IPAddress.Parse(text), index);
        var control = stackalloc byte[ControlData.Size];
        var size = ControlData.WriteSource(source, control);
        Assert.Equal(source.Family == 4 ? 32 : 40, size);
        Assert.Equal(source, ControlData.Read(control, size).Local);
        Assert.Equal($"{text} on {index}", source.ToString());
    }

    [Fact]
    public void Control_data_of_any_content_is_never_read_past_its_end()
    {
        var random = new Random(5);
        // The bytes behind the size are those of a second, valid entry; nothing of it may be seen.
        var control = stackalloc byte[2 * ControlData.Size];
        for (var i = 0; i < 100_000; i++)
        {
            random.NextBytes(new Span<byte>(control, ControlData.Size));
            if (i % 2 == 0) *(ulong*)control = (ulong)random.Next(64);
            var size = random.Next(ControlData.Size);
            ControlData.WriteSource(SourceAddress.From(IPAddress.Loopback, 1), control + size);
            var found = ControlData.Read(control, size).Local;
            Assert.NotEqual(SourceAddress.From(IPAddress.Loopback, 1), found);
        }
    }
}
