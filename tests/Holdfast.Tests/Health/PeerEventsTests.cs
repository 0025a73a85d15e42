using Holdfast.Engine;
using Holdfast.Engine.Health;
using Holdfast.Engine.Logging;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Paths;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Health;

/// <summary>What is told of peers, in virtual time: changes alone, with causes, and no more than is good for anybody.</summary>
public sealed class PeerEventsTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly EventRecorder _recorder = new(new LineLog(TextWriter.Null, LogLevel.Error));
    private MonoTime _now = new(1_000_000_000);

    [Fact]
    public void A_cut_link_is_told_as_a_failed_path_and_another_that_carries()
    {
        var net = new PathNet(2);
        net.A.Events = Events(() => net.Now.Mono);
        net.Connect();
        net.Stream(500, Millisecond);
        var carries = net.A.Peer.ActivePath!.Local.InterfaceIndex;
        net.Links.Single(l => l.Index == carries).IsCut = true;
        net.Stream(2000, Millisecond);
        var told = Told();
        Assert.Equal(["session-established", "path-changed"], told.Select(e => e.Event).Take(2));
        Assert.Equal(("unproved", "up", "a probe was answered"), (told[1].From, told[1].To, told[1].Cause));
        Assert.Contains(told, e => e is { Event: "path-carries", From: null, Cause: "the first that works" });

        var (lost, other) = (NameOf(carries), NameOf(3 - carries));
        var after = told.SkipWhile(e => e.To != "doubted").ToArray();
        Assert.Equal((lost, "up", "data is not acknowledged"), (after[0].Uplink, after[0].From, after[0].Cause));
        Assert.Equal(("path-carries", other, "data is not acknowledged"), (after[1].Event, after[1].Uplink, after[1].Cause));
        Assert.StartsWith($"{lost} to ", after[1].From, StringComparison.Ordinal);
        Assert.Contains(after, e => e is { From: "doubted", To: "down", Cause: "probes stay unanswered" } && e.Uplink == lost);
        // The one that failed does not carry.
        Assert.DoesNotContain(after, e => e.Event == "path-carries" && e.Uplink == lost);
    }

    [Fact]
    public void Sessions_are_told_when_a_peer_comes_and_goes_not_with_each_handshake()
    {
        var (events, peer) = (Events(), PeerOf(new PathNet(1)));
        events.HandshakeGivenUp(peer);
        events.HandshakeGivenUp(peer);
        for (var i = 0; i < 3; i++) events.SessionEstablished(peer);
        events.HandshakeGivenUp(peer);
        events.SessionEstablished(peer);
        Assert.Equal([("none", "down"), ("down", "up"), ("up", "down"), ("down", "up")], Told().Select(e => (e.From, e.To)));
    }

    [Fact]
    public void A_peer_that_moves_about_is_told_of_so_often_and_the_rest_counted()
    {
        var (events, one, other) = (Events(), PeerOf(new PathNet(1)), PeerOf(new PathNet(2, seed: 2)));
        for (var i = 0; i < 1000; i++) Move(events, one, i);
        Move(events, other, 1);
        var told = Told();
        Assert.Equal(EngineLimits.EventsOfPeer, told.Count(e => e.Event == "endpoint-changed" && e.PublicKey == one.PublicKey.ToString()));
        Assert.Single(told, e => e.Event == "peer-events-too-many");
        Assert.Single(told, e => e.Event == "endpoint-changed" && e.PublicKey == other.PublicKey.ToString());
        _now += EngineLimits.EventSpan;
        Move(events, one, 1000);
        Assert.Equal(["peer-events-left-out", "endpoint-changed"], Told().Select(e => e.Event).TakeLast(2));
        Assert.Contains("940 events were left out", Told()[^2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void All_peers_together_are_bounded()
    {
        var events = Events();
        for (var i = 0; i < 1000; i++) Move(events, PeerOf(new PathNet(1, seed: (ulong)i + 1)), i);
        Assert.Equal(EngineLimits.EventsOfPeers, Told().Count(e => e.Event == "endpoint-changed"));
        Assert.Single(Told(), e => e.Event == "peers-events-too-many");
        _now += EngineLimits.EventSpan;
        Move(events, PeerOf(new PathNet(1)), 1);
        Assert.Contains("700 events of peers", Told()[^2].Text, StringComparison.Ordinal);
    }

    private void Move(PeerEvents events, Peer peer, int port)
    {
        peer.SetEndpoint(Endpoint.From(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port + 1)));
        events.EndpointChanged(peer);
    }

    private static string NameOf(int link) => PathMoment.NameOf(new LocalAddress(default, link));

    private static Peer PeerOf(PathNet net) => net.A.Peer;

    private PeerEvents Events(Func<MonoTime>? clock = null) =>
        new("hf0", peer => peer.PublicKey.ToString(), clock ?? (() => _now), new TunnelLog(_recorder, "hf0"));

    private IReadOnlyList<Holdfast.Control.EngineEvent> Told() => _recorder.Events.Read("hf0", 0, out _).Events;
}
