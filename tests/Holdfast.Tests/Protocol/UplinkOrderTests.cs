using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

/// <summary>A peer with one way: by which uplink a handshake goes before anything was heard from it, and what follows.</summary>
public sealed class UplinkOrderTests
{
    private static readonly LocalUplink First = new(7, HasV4: true, HasV6: true);
    private static readonly LocalUplink OnlyV6 = new(8, HasV4: false, HasV6: true, Weight: 500);
    private static readonly LocalUplink Backup = new(9, HasV4: true, HasV6: true, IsBackup: true);

    private readonly TestPair _pair = new();

    [Fact]
    public void With_no_others_allowed_each_that_leads_there_is_tried_in_turn()
    {
        _pair.A.Tunnel.SetUplinks([Backup, OnlyV6, First], _pair.Now, noOthers: true);
        Assert.Equal([7, 9, 7, 9], ByWhich(4));
    }

    [Fact]
    public void Those_that_were_found_are_tried_after_the_host_s_choice()
    {
        _pair.A.Tunnel.SetUplinks([Backup, OnlyV6, First], _pair.Now);
        Assert.Equal([0, 7, 9, 0], ByWhich(4));
    }

    [Fact]
    public void Where_none_leads_there_the_host_s_routing_is_better_than_nothing()
    {
        _pair.A.Tunnel.SetUplinks([OnlyV6], _pair.Now, noOthers: true);
        Assert.Equal([0, 0], ByWhich(2));
    }

    [Fact]
    public void A_session_s_data_to_another_endpoint_goes_by_none_but_these()
    {
        _pair.A.Tunnel.SetUplinks([First], _pair.Now, noOthers: true);
        _pair.Connect();
        _pair.PeerB.SetEndpoint(Endpoint.From(IPEndPoint.Parse("198.51.100.9:9")));
        _pair.A.Send(_pair.B, _pair.Now);
        Assert.Equal((Message.Transport, 7), (_pair.A.Out[^1].Type, _pair.A.Out[^1].Uplink));
        _pair.Run(Limits.KeepaliveTimeout + (Limits.RekeyTimeout * 2));
        Assert.Equal((Message.Initiation, 7), (_pair.A.Out[^1].Type, _pair.A.Out[^1].Uplink)); // its data stayed unanswered
    }

    [Fact]
    public void What_stood_in_for_them_is_left_when_one_comes()
    {
        const int Other = 5;
        _pair.A.Tunnel.SetUplinks([First], _pair.Now, noOthers: true);
        _pair.A.Tunnel.SetUplinks([], _pair.Now, noOthers: true);
        _pair.Connect();
        _pair.PeerB.Source = new LocalAddress(default, Other); // where the answer came
        _pair.A.Tunnel.SetUplinks([OnlyV6], _pair.Now, noOthers: true);
        Assert.Equal(Other, Next());
        _pair.A.Tunnel.SetUplinks([First], _pair.Now, noOthers: true);
        Assert.Equal(7, Next());
        _pair.A.Tunnel.SetUplinks([], _pair.Now, noOthers: true);
        Assert.Equal(0, Next());
    }

    [Fact]
    public void An_uplink_that_does_not_lead_there_any_more_is_left()
    {
        _pair.A.Tunnel.SetUplinks([First, Backup], _pair.Now, noOthers: true);
        _pair.Connect();
        Assert.Equal(7, Next());
        _pair.A.Tunnel.SetUplinks([First with { HasV4 = false }, Backup], _pair.Now, noOthers: true);
        Assert.Equal(9, Next());
    }

    [Fact]
    public void What_stood_in_for_long_is_left_all_the_same()
    {
        _pair.A.Tunnel.SetUplinks([], _pair.Now, noOthers: true);
        _pair.Connect();
        _pair.Run(Limits.RekeyAfterTime, exchanging: true);
        _pair.A.Send(_pair.B, _pair.Now);
        _pair.Exchange();
        Assert.Equal(2, _pair.PeerB.Handshakes);
        _pair.PeerB.Source = new LocalAddress(default, 5);
        _pair.A.Tunnel.SetUplinks([First], _pair.Now, noOthers: true);
        Assert.Equal(7, Next());
        _pair.Run(Limits.RekeyAfterTime * 1.2, exchanging: true); // its data was lost, and made another session
        _pair.PeerB.Source = new LocalAddress(default, 5); // something came late
        _pair.A.Send(_pair.B, _pair.Now);
        Assert.Contains(_pair.A.Out, datagram => (datagram.Type, datagram.Uplink) == (Message.Initiation, 7));
    }

    [Fact]
    public void A_peer_that_came_by_another_interface_is_answered_there()
    {
        const int Lan = 5;
        _pair.A.Tunnel.SetUplinks([], _pair.Now, noOthers: true);
        _pair.B.Tunnel.Greet(_pair.PeerA, _pair.Now);
        _pair.Exchange();
        _pair.PeerB.Source = new LocalAddress(default, Lan);
        _pair.A.Tunnel.SetUplinks([First], _pair.Now, noOthers: true);
        Assert.Equal(Lan, Next());
    }

    private int Next()
    {
        _pair.Exchange();
        _pair.A.Send(_pair.B, _pair.Now);
        var uplink = _pair.A.Out.Single().Uplink;
        _pair.A.Out.Clear();
        return uplink;
    }

    private int[] ByWhich(int initiations)
    {
        _pair.A.Tunnel.Greet(_pair.PeerB, _pair.Now);
        for (var second = 0; second < 60 && _pair.A.Out.Count < initiations; second++) _pair.Run(TimeSpan.FromSeconds(1));
        Assert.All(_pair.A.Out, datagram => Assert.Equal(Message.Initiation, datagram.Type));
        return [.. _pair.A.Out.Take(initiations).Select(datagram => datagram.Uplink)];
    }
}
