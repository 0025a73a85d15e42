using Holdfast.Control;
using Holdfast.Rendering;

namespace Holdfast.Tests.Cli;

public sealed class UplinkTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly UplinkStatus[] Two =
    [
        new()
        {
            Interface = "eth1",
            InterfaceIndex = 3,
            Up = true,
            Since = Now.AddMinutes(-2),
            Addresses = ["192.0.2.7", "2001:db8::7"],
            GatewayV4 = "192.0.2.1",
            Weight = 100,
            Warning = "something is in its way",
        },
        new() { Interface = "wwan0", Reason = "no carrier", Since = Now, Weight = 50, Metered = true, Backup = true },
    ];

    [Fact]
    public void Each_has_a_row_and_what_is_in_its_way_a_note() => Assert.Equal("""
        uplink  state       since          addresses               gateway    weight  use
        eth1    up          2 minutes ago  192.0.2.7, 2001:db8::7  192.0.2.1  100     -
        wwan0   no carrier  now            -                       -          50      metered, backup
        eth1: something is in its way

        """, UplinkText.Of(Two, Now, RenderStyle.Plain));

    [Fact]
    public void Colours_add_nothing()
    {
        var painted = UplinkText.Of(Two, Now, new RenderStyle(true, null));
        Assert.Contains("\e[31mwwan0 ", painted, StringComparison.Ordinal);
        Assert.Equal(UplinkText.Of(Two, Now, RenderStyle.Plain),
            System.Text.RegularExpressions.Regex.Replace(painted, "\e\\[[0-9]*m", ""));
    }

    [Fact]
    public void None_is_said() => Assert.Contains("no uplink", UplinkText.Of([], Now, RenderStyle.Plain), StringComparison.Ordinal);
}
