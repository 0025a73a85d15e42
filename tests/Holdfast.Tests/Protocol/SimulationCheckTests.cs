using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>The simulation's checkers can fail: each finds what is broken here on purpose.</summary>
public sealed class SimulationCheckTests
{
    private readonly SimWorld _world = new(seed: 1, (1, 2));

    public SimulationCheckTests()
    {
        Two.Learn(One);
        _world.Start();
        _world.Run(TimeSpan.FromSeconds(1));
        Assert.Empty(_world.Findings.Violations);
        Assert.True(One.Sees(Two).HasSession);
    }

    private static readonly Endpoint Elsewhere = Endpoint.From(IPEndPoint.Parse("198.51.100.1:9"));

    private SimNode One => _world.Nodes[0];
    private SimNode Two => _world.Nodes[1];

    [Fact]
    public void A_nonce_used_twice()
    {
        Seal(3);
        Seal(3);
        Finds("a nonce was used twice");
    }

    [Fact]
    public void An_old_key_that_seals()
    {
        _world.Run(TimeSpan.FromSeconds(181));
        Seal(900);
        Finds("a keypair seals past its limit");
    }

    [Fact]
    public void An_old_key_that_opens()
    {
        _world.Run(TimeSpan.FromSeconds(181));
        var datagram = new byte[32];
        BitConverter.TryWriteBytes(datagram.AsSpan(4), One.Sees(Two).Current!.LocalIndex);
        One.Sinks.CheckAccepted(Message.Transport, datagram, Two);
        Finds("a keypair opens past its limit");
        One.Sinks.CheckAccepted(Message.Transport, new byte[32], from: null);
        Finds("opened under a keypair that its sender does not have");
    }

    [Fact]
    public void A_packet_to_somebody_else_or_by_somebody_else_or_twice()
    {
        Deliver(SimPacket.Between(2, 2, 1, 100));
        Finds("a packet for somebody else was delivered");
        Deliver(SimPacket.Between(1, 1, 2, 100));
        Finds("a packet came by another peer's session");
        Deliver(SimPacket.Between(2, 1, 2, 100));
        Finds("a packet was delivered twice");
        Finds("a packet that nobody sent");
        Finds("a packet changed its length");
    }

    [Fact]
    public void A_storm_of_handshakes()
    {
        var initiation = new byte[Message.InitiationBytes];
        initiation[0] = 1;
        Commit(One, initiation);
        Commit(One, initiation);
        Finds("two initiations to one peer within RekeyTimeout");
    }

    [Fact]
    public void A_storm_of_keepalives()
    {
        for (var i = 0U; i < 9; i++) Seal(100 + i);
        Finds("9 messages without data in a second");
    }

    [Fact]
    public void A_packet_that_is_lost_without_a_name()
    {
        One.Account.Offered++;
        _world.CheckAccounts();
        Finds("node 1: offered");
    }

    [Fact]
    public void A_datagram_that_is_lost_without_a_name()
    {
        One.Account.DataArrived++;
        _world.CheckAccounts();
        Finds("node 1: arrived");
    }

    [Fact]
    public void A_drop_that_is_not_counted()
    {
        One.Account.Took(Drop.StaleTimestamp);
        _world.CheckAccounts();
        Finds("node 1: StaleTimestamp returned 1 times, counted 0");
    }

    [Fact]
    public void A_wire_that_damages_in_secret()
    {
        _world.Tamper = d =>
        {
            d[^1] ^= 1;
            return d;
        };
        _world.Send(One, Two);
        _world.Run(TimeSpan.FromSeconds(1));
        _world.CheckAccounts();
        Finds("node 2: 1 damaged of 0");
    }

    [Fact]
    public void A_wire_that_repeats_in_secret()
    {
        var copy = Array.Empty<byte>();
        _world.Tamper = d => copy = d;
        _world.Send(One, Two);
        _world.Tamper = null;
        _world.Transmit(One, Two.Address, copy);
        _world.Run(TimeSpan.FromSeconds(1));
        _world.CheckAccounts();
        Finds("node 2: 1 replayed of 0");
    }

    [Fact]
    public void An_answer_to_nothing()
    {
        var response = new byte[Message.ResponseBytes];
        response[0] = 2;
        for (var i = 0; i < 3; i++) Commit(One, response);
        _world.CheckAccounts();
        Finds("node 1: 4 responses to 1 initiations");
    }

    [Fact]
    public void An_end_that_never_comes_back()
    {
        _world.Tamper = _ => null;
        SimEnding.AllMeetAgain(_world);
        Finds("1 does not reach 2");
    }

    [Fact]
    public void A_session_that_ends_in_spite_of_its_keepalive()
    {
        (One.Keepalive, Two.Keepalive) = (25, 25); // as the checker believes; the tunnels were told nothing
        SimEnding.IdleSessionsStay(_world);
        Finds("1 has no session in spite of keepalives with 2");
    }

    [Fact]
    public void A_receiver_that_never_says_anything()
    {
        // Keepalives vanish: the sender begins anew every 15 s.
        _world.Tamper = d => d.Length == Message.TransportMinimumBytes ? null : d;
        SimEnding.TrafficOneWayIsQuiet(_world);
        Finds("sessions in 40 s of traffic to 2");
    }

    [Fact]
    public void Keys_that_are_left()
    {
        One.Account.CheckThatNothingIsLeft();
        Finds("node 1: keys are left");
        Finds("node 1: 2 indices are left"); // both began at once
    }

    [Fact]
    public void A_lone_packet_that_is_not_sent_again()
    {
        _world.At(TimeSpan.FromSeconds(803), () => _world.Tamper = _ => null);
        SimEnding.AllEnds(_world);
        Finds("1 sends a lone packet only once to 2");
    }

    [Fact]
    public void A_replayed_initiation()
    {
        One.Sinks.CheckAccepted(Message.Initiation, new byte[Message.InitiationBytes], Two);
        One.Sinks.CheckAccepted(Message.Initiation, new byte[Message.InitiationBytes], Two);
        Finds("an initiation was replayed");
    }

    [Fact]
    public void What_waits_and_does_not_go()
    {
        _world.At(TimeSpan.FromSeconds(800 + 6 + 800 + 1), () => _world.Tamper = _ => null);
        SimEnding.AllEnds(_world);
        Finds("2 lets wait what is for 1");
    }

    [Fact]
    public void A_wrong_source_that_nobody_sent()
    {
        var packet = SimPacket.Between(2, 2, 1, 100);
        One.Account.Offered++;
        One.Offer(packet, 100);
        _world.Run(TimeSpan.FromSeconds(1));
        _world.CheckAccounts();
        Finds("1 wrong sources of 0");
    }

    [Fact]
    public void A_stranger_that_changes_a_peer()
    {
        One.Mistake = () => One.Sees(Two).SetEndpoint(Elsewhere);
        _world.Hand(null, Elsewhere, One, new byte[40], SimTrust.None);
        Finds("Malformed changes a peer");
    }

    [Fact]
    public void A_stranger_that_moves_a_timer()
    {
        One.Mistake = () => One.Sees(Two).Timers.Keepalive += TimeSpan.FromTicks(1);
        _world.Send(Two, One);
        _world.Run(TimeSpan.FromMilliseconds(20));
        _world.Hand(null, Elsewhere, One, new byte[40], SimTrust.None);
        Finds("Malformed changes a peer");
    }

    [Fact]
    public void A_stranger_that_is_answered()
    {
        One.Mistake = () => Commit(One, new byte[Message.CookieReplyBytes]);
        _world.Hand(null, Elsewhere, One, new byte[40], SimTrust.None);
        Finds("Malformed is answered 1 times");
        Finds("40 bytes are answered with 64");
    }

    [Fact]
    public void A_packet_that_waits_for_ever()
    {
        _world.Tamper = _ => null;
        _world.Run(TimeSpan.FromSeconds(600));
        _world.Send(One, Two);
        One.Account.CheckThatNothingIsLeft();
        Finds("node 1: 1 packets still wait");
        Finds("node 1: a timer is left");
    }

    [Fact]
    public void A_timer_that_never_ends()
    {
        void Again() => _world.At(TimeSpan.Zero, Again);
        Again();
        _world.Run(TimeSpan.FromSeconds(1));
        Finds("time stands still");
    }

    [Fact]
    public void A_finding_comes_with_the_last_events()
    {
        for (var i = 0; i < 100; i++) _world.Send(One, Two);
        _world.Run(TimeSpan.FromSeconds(1));
        _world.Check(false, "something");
        Assert.Equal(31, _world.Findings.Violations.Count);
        Assert.Contains("1 > 2 data 240 arrives", _world.Findings.Violations[^1]);
    }

    private void Finds(string what) => Assert.Contains(_world.Findings.Violations, v => v.Contains(what));

    /// <summary>What a tunnel would send if its counter went wrong.</summary>
    private void Seal(ulong counter)
    {
        var datagram = new byte[Message.TransportMinimumBytes];
        datagram[0] = 4;
        BitConverter.TryWriteBytes(datagram.AsSpan(4), One.Sees(Two).Current!.RemoteIndex);
        BitConverter.TryWriteBytes(datagram.AsSpan(8), counter);
        Commit(One, datagram);
    }

    private void Commit(SimNode node, byte[] datagram)
    {
        IDatagramSink sink = node.Sinks;
        datagram.CopyTo(sink.Reserve(Elsewhere, default, datagram.Length));
        sink.Commit(datagram.Length, Elsewhere, default, node.Tunnel.Peers.First());
    }

    private void Deliver(byte[] packet)
    {
        IPacketSink sink = One.Sinks;
        packet.CopyTo(sink.Reserve(packet.Length));
        sink.Commit(packet.Length, One.Sees(Two));
    }
}
