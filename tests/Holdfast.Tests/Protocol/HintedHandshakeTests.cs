using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol;

/// <summary>A peer with one way, of which the network says that it can't be reached: a handshake asks it.</summary>
public sealed class HintedHandshakeTests
{
    private static readonly Unreachable NoPort = new(UnreachableKind.Port, new AddressBits(0xc0000201UL << 32, 0), 4);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TestPair _pair = new TestPair().Connect();

    [Fact]
    public void Data_without_an_answer_asks_at_once_and_again_soon()
    {
        _pair.Run(TimeSpan.FromSeconds(10), exchanging: true);
        _pair.A.Tunnel.SetUplinks([new LocalUplink(7, HasV4: true, HasV6: true)], _pair.Now);
        _pair.A.Send(_pair.B, _pair.Now);
        Assert.Equal([Message.Transport], Types());
        Hint();
        _pair.Run(TimeSpan.Zero);
        Assert.Equal([Message.Initiation], Types());
        Hint();
        _pair.Run(Limits.HintedRetry * 0.99);
        Assert.Empty(Types());
        _pair.Run(Limits.HintedRetry * 0.02);
        Assert.Equal([Message.Initiation], Types());
        Assert.Equal((1, 7), (_pair.PeerB.UnansweredInitiations, _pair.PeerB.LocalAddress.InterfaceIndex)); // by the next uplink
    }

    /// <summary>Routers say it a few times, and then rarely.</summary>
    [Fact]
    public void What_is_said_right_after_a_handshake_is_not_forgotten()
    {
        _pair.A.Send(_pair.B, _pair.Now);
        Assert.Equal([Message.Transport], Types());
        Hint();
        _pair.Run(TimeSpan.FromSeconds(4.99));
        Assert.Empty(Types());
        _pair.Run(Second);
        Assert.Equal([Message.Initiation], Types());
    }

    [Fact]
    public void It_is_hastened_a_few_times_and_then_as_slow_as_ever()
    {
        _pair.Run(TimeSpan.FromSeconds(10), exchanging: true);
        _pair.A.Send(_pair.B, _pair.Now);
        var sent = 0;
        for (var i = 0; i < 32_000; i++)
        {
            Hint();
            _pair.Run(TimeSpan.FromMilliseconds(1));
            sent += Types().Count(type => type == Message.Initiation);
        }
        // The first, five after 1.5 s each, and one in each of the four times 5 s that are left.
        Assert.Equal(1 + Limits.HintedAttempts + 4, sent);
    }

    [Fact]
    public void What_is_said_falsely_costs_a_handshake_in_five_seconds()
    {
        _pair.Run(TimeSpan.FromSeconds(10), exchanging: true);
        var (before, endpoint) = (_pair.PeerB.Handshakes, _pair.PeerB.Endpoint);
        for (var i = 0; i < 20_000; i++)
        {
            if (i % 10 == 0) _pair.A.Send(_pair.B, _pair.Now);
            Hint();
            _pair.Run(TimeSpan.FromMilliseconds(1), exchanging: true);
        }
        Assert.InRange(_pair.PeerB.Handshakes - before, 1, 1 + (20 / 5));
        Assert.Equal((0, endpoint), (_pair.PeerB.UnansweredInitiations, _pair.PeerB.Endpoint));
    }

    [Fact]
    public void Without_data_or_about_another_place_nothing_is_asked()
    {
        _pair.Run(TimeSpan.FromSeconds(30), exchanging: true);
        Hint();
        _pair.Run(Second);
        Assert.Empty(Types());
        _pair.A.Send(_pair.B, _pair.Now);
        _pair.A.Tunnel.HandleUnreachable(Endpoint.From(IPEndPoint.Parse("198.51.100.9:9")), 0, NoPort, _pair.Now);
        _pair.Run(Second);
        Assert.Equal([Message.Transport], Types());
    }

    [Fact]
    public void A_full_queue_of_the_uplink_says_nothing_against_the_own_address()
    {
        var local = new LocalAddress(new AddressBits(7UL << 32, 0), 0);
        _pair.PeerB.Source = local;
        _pair.A.Tunnel.SendFailed(_pair.PeerB, Drop.SendBufferFull, 0);
        Assert.Equal(local, _pair.PeerB.LocalAddress);
        _pair.A.Tunnel.SendFailed(_pair.PeerB, Drop.SendFailed, 0);
        Assert.Equal(default, _pair.PeerB.LocalAddress);
    }

    [Fact]
    public void Hearing_of_it_costs_no_memory()
    {
        _pair.A.Send(_pair.B, _pair.Now);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < Limits.HintsPerSecond; i++) Hint();
            _pair.Skip(Second);
        }));
        Assert.True(_pair.PeerB.IsHinted);
    }

    private void Hint() => _pair.A.Tunnel.HandleUnreachable(_pair.PeerB.Endpoint, 0, NoPort, _pair.Now);

    private uint[] Types()
    {
        var types = new List<uint>();
        while (_pair.A.Out.Count > 0) types.Add(_pair.A.TakeOut().Bytes[0]);
        return [.. types];
    }
}
