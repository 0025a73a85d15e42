using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>The checkers of <see cref="PathWatch"/> can fail: each finds what is broken here on purpose.</summary>
public sealed class PathCheckTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly PathNet _net = new(2);
    private readonly PathWatch _watch;

    public PathCheckTests()
    {
        _watch = _net.BeWatched();
        _net.Connect();
        _net.Stream(100, Millisecond);
        _net.Run(TimeSpan.FromSeconds(1));
        _watch.CheckEnd();
        Assert.True(_watch.Findings.Violations.Count == 0, string.Join('\n', _watch.Findings.Violations));
        Assert.Equal(100, _watch.Seen.Delivered);
        Assert.True(_watch.Seen.Probes > 0);
    }

    private PeerPath Active => _net.A.Peer.ActivePath!;

    [Fact]
    public void A_packet_that_is_delivered_twice()
    {
        _watch.Delivers(_net.B, 100);
        Finds("packet 100 is delivered twice");
    }

    [Fact]
    public void A_packet_that_goes_before_one_that_is_there()
    {
        var (first, second) = (Sealed(1001), Sealed(1002));
        _watch.Arrives(_net.B, _net.Links[0].Near, first);
        _watch.Arrives(_net.B, _net.Links[0].Near, second);
        _watch.Delivers(_net.B, 1002);
        Finds("packet 1002 is delivered before an earlier one that is there");
    }

    [Fact]
    public void A_packet_that_is_held_for_too_long()
    {
        _watch.Arrives(_net.B, _net.Links[0].Near, Sealed(1001));
        _net.Run(PathLimits.MostHold + (Millisecond * 2));
        _watch.Delivers(_net.B, 1001);
        Finds("packet 1001 is held for 00:00:00.2520000");
    }

    [Fact]
    public void A_packet_that_is_held_for_ever()
    {
        _watch.Arrives(_net.B, _net.Links[0].Near, Sealed(1001));
        _watch.CheckEnd();
        Finds("1 packets are held for ever");
    }

    [Fact]
    public void Data_to_an_address_that_has_not_answered()
    {
        var victim = Endpoint.From(IPEndPoint.Parse("198.51.100.9:4711"));
        var data = Sealed(1001);
        // It was heard from there, but nothing that was sent there has arrived.
        _watch.Arrives(_net.A, victim, new byte[64]);
        _watch.Sends(_net.A, victim, data, arrives: false);
        Finds("data goes to 198.51.100.9:4711, which has not answered");
    }

    [Fact]
    public void A_storm_of_probes()
    {
        for (var i = 0; i < 21; i++) _watch.TimersServed(Probed(Active, _net.Now.Mono + (Millisecond * i)));
        Finds("21 probes in a second");
    }

    [Fact]
    public void Too_many_probes_of_an_address_that_has_not_answered()
    {
        var unproved = _net.A.Peer.Paths.First(p => p.State == PathState.Unproved);
        for (var i = 0; i < 4; i++) _watch.TimersServed(Probed(unproved, _net.Now.Mono + (Millisecond * 300 * i)));
        Finds("4 probes in a second");
    }

    [Fact]
    public void Probes_of_idle_paths()
    {
        _net.Run(TimeSpan.FromSeconds(30));
        _watch.BeginIdle();
        for (var i = 1; i <= 3; i++) _watch.TimersServed(Probed(Active, _net.Now.Mono + TimeSpan.FromSeconds(i)));
        _watch.CheckIdle(TimeSpan.FromSeconds(25));
        Finds("3 probes in 00:00:25");
    }

    [Fact]
    public void A_path_that_nobody_asks()
    {
        foreach (var end in new[] { _net.A, _net.B })
        {
            foreach (var path in end.Peer.Paths) path.NextProbe = MonoTime.Never;
        }
        _net.Run(TimeSpan.FromSeconds(45));
        _watch.TimersServed(_net.A);
        Finds("Up, is not asked for 00:00:4");
    }

    [Fact]
    public void A_path_that_carries_and_is_not_asked()
    {
        for (var i = 0; i < 60; i++)
        {
            foreach (var path in _net.A.Peer.Paths) path.NextProbe = MonoTime.Never;
            _net.Stream(100, Millisecond);
            _watch.TimersServed(_net.A);
        }
        Finds("carries, and is not asked for");
    }

    [Fact]
    public void Changes_without_a_cause()
    {
        var paths = _net.A.Peer.Paths.Where(p => p.State == PathState.Up).ToArray();
        for (var i = 0; i < 4; i++) Lead(paths[i % 2]);
        Finds("3 changes of the path in a minute, 2 at most");
    }

    [Fact]
    public void A_path_that_fails_again_and_again()
    {
        for (var i = 0; i < 4; i++)
        {
            Become(Active, PathState.Doubted);
            Become(Active, PathState.Up);
        }
        Finds("failed 3 times in a minute, 2 at most");
    }

    [Fact]
    public void One_that_leads_before_its_hold_down_is_over()
    {
        var (first, second) = (Active, _net.A.Peer.Paths.First(p => p.State == PathState.Up && p != Active));
        Lead(first);
        Lead(second);
        Become(first, PathState.Down);
        Become(first, PathState.Up);
        _net.Run(TimeSpan.FromSeconds(4));
        Lead(first);
        Finds($"path {first.Local.InterfaceIndex} to {first.Remote} leads 00:00:04 after it came back, and is to wait 00:00:05");
    }

    [Fact]
    public void And_each_time_it_is_to_wait_longer()
    {
        var (first, second) = (Active, _net.A.Peer.Paths.First(p => p.State == PathState.Up && p != Active));
        Lead(first);
        Lead(second);
        for (var i = 0; i < 2; i++)
        {
            Become(first, PathState.Down);
            Become(first, PathState.Up);
        }
        _net.Run(TimeSpan.FromSeconds(6));
        Lead(first);
        Finds("and is to wait 00:00:10");
    }

    private void Finds(string what) => Assert.Contains(_watch.Findings.Violations, v => v.Contains(what));

    private void Lead(PeerPath path)
    {
        _net.A.Peer.PathTable!.Active = path;
        _watch.PathChanged(_net.A, path);
    }

    private void Become(PeerPath path, PathState state)
    {
        path.Become(state, PathCause.Found, _net.Now.Mono);
        _watch.PathChanged(_net.A, path);
    }

    private PathEnd Probed(PeerPath path, MonoTime at)
    {
        path.ProbeSent = at;
        return _net.A;
    }

    /// <summary>A datagram with a packet, that nobody has sent so far.</summary>
    private byte[] Sealed(long id)
    {
        _watch.Offers(_net.A, id);
        var session = _net.A.Peer.Current!;
        var datagram = new byte[Message.TransportMinimumBytes + 64];
        datagram[0] = (byte)Message.Transport;
        BitConverter.TryWriteBytes(datagram.AsSpan(Message.TransportReceiver), session.RemoteIndex);
        BitConverter.TryWriteBytes(datagram.AsSpan(Message.TransportCounter), session.SendCounter);
        session.Seal([], new byte[64]); // the next one has another counter
        return datagram;
    }
}
