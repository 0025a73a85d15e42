using Holdfast.Protocol;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>What must hold in every world once its faults end.</summary>
internal static class SimEnding
{
    /// <summary>
    /// Nobody waits longer for a session than this: data sent into a dead one is missed after 15 s, then an initiation
    /// goes out, at worst 5 s after the last; both with their jitter, and what the datagrams need.
    /// </summary>
    private const int BoundSeconds = 22;

    public static void Run(SimWorld world)
    {
        world.Wire.Late = 0;
        Wake(world);
        world.Run(SimWire.LongestDelay); // what is held comes before that, so that it moves no endpoint later
        AllMeetAgain(world);
        IdleSessionsStay(world);
        TrafficOneWayIsQuiet(world);
        AllEnds(world);
        world.CheckAccounts();
    }

    private static void Wake(SimWorld world)
    {
        foreach (var node in world.Nodes)
            if (node.IsAsleep) node.TakeTurn();
    }

    /// <summary>Once the wire works, traffic flows between all within the time of a retry and a rekey.</summary>
    public static void AllMeetAgain(SimWorld world)
    {
        world.Wire.HealAll();
        // A near end knows by its configuration where the far end is; a name looked up again says so.
        foreach (var (near, far) in world.Links) near.Learn(far);
        for (var second = 0; second < BoundSeconds; second++)
        {
            SendOneWay(world);
            world.Run(TimeSpan.FromSeconds(1));
        }
        for (var second = 0; second < 8; second++)
        {
            var sent = world.Links.Select(l => (l.Near, l.Far, There: world.Send(l.Near, l.Far), Back: world.Send(l.Far, l.Near)))
                .ToArray();
            world.Run(TimeSpan.FromSeconds(1));
            foreach (var (near, far, there, back) in sent)
            {
                Check(world, far.Sinks.Seen.Contains(there), near, far, "does not reach");
                Check(world, near.Sinks.Seen.Contains(back), far, near, "does not reach");
            }
        }
        world.Run(TimeSpan.FromSeconds(5));
    }

    /// <summary>
    /// A persistent keepalive at both ends keeps a session without a gap. A clock that stood makes the two ends disagree on its
    /// age: such a session may end at one of them.
    /// </summary>
    public static void IdleSessionsStay(SimWorld world)
    {
        for (var i = 0; i < 40; i++)
        {
            var kept = world.Links.Where(l => l.Near.Keepalive > 0 && l.Far.Keepalive > 0 && Agree(world, l.Near, l.Far)).ToArray();
            world.Run(TimeSpan.FromSeconds(5));
            foreach (var (near, far) in kept)
            {
                Check(world, HasSession(near, far) && HasSession(far, near), near, far, "has no session in spite of keepalives with");
            }
        }
    }

    private static bool HasSession(SimNode one, SimNode other) => one.Sees(other).Current?.MaySeal(one.Now.Mono) == true;

    private static bool Agree(SimWorld world, SimNode one, SimNode other)
    {
        if (one.Sees(other).Current is not { } there || other.Sees(one).Current is not { } back) return false;
        return ((one.Now.Mono - there.Created) - (other.Now.Mono - back.Created)).Duration() < Limits.RekeyTimeout * 2;
    }

    /// <summary>Data in one direction is answered by keepalives, so that nobody misses the other and begins anew.</summary>
    public static void TrafficOneWayIsQuiet(SimWorld world)
    {
        SendOneWay(world);
        world.Run(TimeSpan.FromSeconds(2));
        var before = world.Links.Select(l => l.Near.Sees(l.Far).Handshakes).ToArray();
        for (var i = 0; i < 40; i++)
        {
            SendOneWay(world);
            world.Run(TimeSpan.FromSeconds(1));
        }
        foreach (var ((near, far), handshakes) in world.Links.Zip(before))
        {
            // A session may come to its age within these seconds.
            var made = near.Sees(far).Handshakes - handshakes;
            Check(world, made <= 1, near, far, $"made {made} sessions in 40 s of traffic to");
            var (there, back) = (near.Sees(far).Current, far.Sees(near).Current);
            Check(world, there?.LocalIndex == back?.RemoteIndex, near, far, "uses another session than");
        }
    }

    /// <summary>
    /// When nobody says anything any more, all is gone; then a lone packet gets through a lossy wire, and what waits at a
    /// responder goes with the session that the other end makes.
    /// </summary>
    public static void AllEnds(SimWorld world)
    {
        foreach (var node in world.Nodes) node.SetKeepalive(0);
        RunUntilAllIsGone(world);

        world.Wire.Loss = 1;
        var lone = world.Links.Select(l => (l.Near, l.Far, Id: world.Send(l.Near, l.Far))).ToArray();
        world.Run(TimeSpan.FromSeconds(4));
        world.Wire.Loss = 0;
        world.Run(TimeSpan.FromSeconds(2));
        foreach (var (near, far, id) in lone) Check(world, far.Sinks.Seen.Contains(id), near, far, "sends a lone packet only once to");
        RunUntilAllIsGone(world);

        foreach (var (near, far) in world.Links) world.Wire.Cut(far.Number, near.Number);
        var waiting = world.Links.Select(l => (l.Near, l.Far, Id: world.Send(l.Far, l.Near))).ToArray(); // initiations are lost
        world.Run(TimeSpan.FromSeconds(1));
        world.Wire.Heal();
        SendOneWay(world);
        world.Run(TimeSpan.FromSeconds(1));
        foreach (var (near, far, id) in waiting) Check(world, near.Sinks.Seen.Contains(id), far, near, "lets wait what is for");
    }

    /// <summary>Long after the last session no key, index, timer or waiting packet is left.</summary>
    public static void RunUntilAllIsGone(SimWorld world)
    {
        world.Run(TimeSpan.FromSeconds(800));
        foreach (var node in world.Nodes) node.Account.CheckThatNothingIsLeft();
    }

    private static void SendOneWay(SimWorld world)
    {
        foreach (var (near, far) in world.Links) world.Send(near, far);
    }

    private static void Check(SimWorld world, bool holds, SimNode one, SimNode other, string what)
    {
        if (!holds) world.Check(false, $"{one.Number} {what} {other.Number}");
    }
}
