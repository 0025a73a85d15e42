using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>Two and three nodes in virtual time under random faults; the seed of a failure is in its name.</summary>
public sealed class SimulationTests
{
    private static readonly string[] FaultNames =
    [
        "loss", "no loss", "jitter", "duplicates", "corruption", "cut", "heal", "restart", "clock", "port", "delay",
    ];

    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("HOLDFAST_SEEDS"), out var n) ? n : 500;

    [Fact]
    public void Nothing_breaks_under_random_faults()
    {
        var failures = new List<string>();
        var packets = 0L;
        var sessions = 0L;
        Parallel.For(1, Seeds + 1, seed =>
        {
            var world = RunRandomFaults((ulong)seed);
            Interlocked.Add(ref packets, world.Nodes.Sum(n => n.Delivered));
            Interlocked.Add(ref sessions, world.Nodes.Sum(n => n.Sessions));
            if (world.Violations.Count == 0) return;
            lock (failures) failures.Add($"seed {seed}:\n  {string.Join("\n  ", world.Violations)}");
        });
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seeds 1 to {Seeds}: {packets} packets delivered, {sessions} sessions");
        Assert.True(packets > Seeds * 100L, $"only {packets} packets were delivered");
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(5)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_same_seed_gives_the_same_run(ulong seed)
    {
        var (first, second) = (RunRandomFaults(seed), RunRandomFaults(seed));
        Assert.Equal(first.Nonces.Order(), second.Nonces.Order());
        Assert.Equal(first.Nodes.Select(n => n.Delivered), second.Nodes.Select(n => n.Delivered));
    }

    internal static SimWorld RunRandomFaults(ulong seed)
    {
        var world = new SimWorld(seed, nodes: seed % 3 == 0 ? 3 : 2);
        var random = world.Random;
        if (random.Chance(.5)) world.UsePresharedKey(1, 2);
        foreach (var node in world.Nodes)
        {
            node.Keepalive = (ushort)(random.Chance(.5) ? 25 : 0);
            node.WallOffset = random.Next(1000) * 1_000_000L;
        }
        world.Late = .003;
        // At least the first knows where the others are; the others may have to learn it.
        foreach (var node in world.Nodes) world.Start(node, node.Number == 1 || random.Chance(.5));

        for (var step = 0; step < 32; step++)
        {
            Fault(world, random);
            var burst = random.Next(30);
            for (var i = 0; i < burst; i++)
            {
                var from = world.Nodes[random.Next(world.Nodes.Length)];
                var to = world.Nodes[random.Next(world.Nodes.Length)];
                if (from == to) continue;
                var (size, v6) = (random.Next(1400), random.Chance(.3));
                var pretended = random.Chance(.02) ? world.Nodes.Last(n => n != from) : null;
                world.At(TimeSpan.FromMilliseconds(random.Next(10_000)),
                    () => world.Send(from, to, size, v6, pretended));
            }
            world.Run(TimeSpan.FromSeconds(random.Chance(.1) ? 250 : 1 + random.Next(30)));
        }

        world.Late = 0;
        world.Run(SimWorld.LongestDelay); // what is held comes before that, so that it moves no endpoint later
        CheckThatAllMeetAgain(world);
        CheckThatIdleSessionsStay(world);
        CheckThatOneWayTrafficIsQuiet(world);
        CheckThatAllEnds(world);
        world.CheckAccounts();
        return world;
    }

    private static void Fault(SimWorld world, SimRandom random)
    {
        var node = world.Nodes[random.Next(world.Nodes.Length)];
        var other = world.Nodes[random.Next(world.Nodes.Length)];
        var fault = random.Next(11);
        world.Note(FaultNames[fault], node.Number, other.Number);
        switch (fault)
        {
            case 0: world.Loss = random.Fraction() * .5; break;
            case 1: world.Loss = 0; break;
            case 2: world.Jitter = TimeSpan.FromMilliseconds(random.Next(300)); break; // reorders
            case 3: world.Duplicates = random.Fraction() * .2; break;
            case 4: world.Corruption = random.Fraction() * .1; break;
            case 5: world.Cut(node, other); break;
            case 6: world.Heal(); break;
            case 7: world.Start(node, node.Number == 1); break; // kill -9 and start
            case 8: node.WallOffset += (random.Next(7200) - 3600) * 1_000_000_000L; break;
            case 9: node.Address = node.Address with { Port = (ushort)(40000 + random.Next(20000)) }; break;
            case 10: world.Delay = TimeSpan.FromMilliseconds(random.Next(400)); break;
        }
    }

    /// <summary>
    /// A persistent keepalive keeps a session without a gap if its initiator has one: an initiator that only receives,
    /// and nothing in the last 15 s, lets it end. After handshakes that crossed and were reordered both ends may be
    /// responders; then nobody renews the session, and the next packet after its end makes another.
    /// </summary>
    internal static void CheckThatIdleSessionsStay(SimWorld world)
    {
        var first = world.Nodes[0];
        for (var i = 0; i < 40; i++)
        {
            var kept = world.Nodes.Skip(1).Where(n => n.Keepalive > 0 && first.Keepalive > 0 && HasInitiator(n, first)).ToArray();
            world.Run(TimeSpan.FromSeconds(5));
            foreach (var node in kept)
            {
                var (there, back) = (node.Sees(first).Current, first.Sees(node).Current);
                world.Check(there?.MaySeal(world.Now) == true && back?.MaySeal(world.Now) == true,
                    $"the idle session of 1 and {node.Number} is gone in spite of its keepalive");
            }
        }
    }

    private static bool HasInitiator(SimNode one, SimNode other) =>
        one.Sees(other).Current is { IsInitiator: true } || other.Sees(one).Current is { IsInitiator: true };

    /// <summary>Data in one direction is answered by keepalives, so that nobody misses the other and begins anew.</summary>
    internal static void CheckThatOneWayTrafficIsQuiet(SimWorld world)
    {
        foreach (var node in world.Nodes.Skip(1)) world.Send(world.Nodes[0], node);
        world.Run(TimeSpan.FromSeconds(2));
        var before = world.Nodes[0].Sessions;
        for (var i = 0; i < 40; i++)
        {
            foreach (var node in world.Nodes.Skip(1)) world.Send(world.Nodes[0], node);
            world.Run(TimeSpan.FromSeconds(1));
        }
        var made = world.Nodes[0].Sessions - before;
        // Each session may come to its age within these seconds, and nodes 2 and 3 are their own business.
        world.Check(made <= world.Nodes.Length - 1, $"{made} sessions in 40 s of traffic in one direction");
        foreach (var node in world.Nodes.Skip(1))
        {
            var (there, back) = (world.Nodes[0].Sees(node).Current, node.Sees(world.Nodes[0]).Current);
            world.Check(there?.LocalIndex == back?.RemoteIndex, $"1 and {node.Number} use two sessions");
        }
    }

    /// <summary>
    /// When nobody says anything any more, all keys go; then a lone packet gets through a lossy wire, and what waits at a
    /// responder goes with the session that the other end makes.
    /// </summary>
    internal static void CheckThatAllEnds(SimWorld world)
    {
        foreach (var node in world.Nodes)
            foreach (var peer in node.Tunnel.Peers) node.Tunnel.SetPersistentKeepalive(peer, 0, node.Now);
        world.Run(TimeSpan.FromSeconds(800));
        foreach (var node in world.Nodes) node.CheckThatKeysAreGone();

        foreach (var node in world.Nodes.Skip(1))
        {
            world.Loss = 1;
            var lone = world.Send(world.Nodes[0], node);
            world.Run(TimeSpan.FromSeconds(4));
            world.Loss = 0;
            world.Run(TimeSpan.FromSeconds(2));
            world.Check(node.Seen.Contains(lone), $"a lone packet to {node.Number} is not sent again");
        }
        world.Run(TimeSpan.FromSeconds(800));
        foreach (var node in world.Nodes.Skip(1))
        {
            world.Cut(node, world.Nodes[0]);
            var waiting = world.Send(node, world.Nodes[0]); // its initiation is lost
            world.Run(TimeSpan.FromSeconds(1));
            world.Heal();
            world.Send(world.Nodes[0], node);
            world.Run(TimeSpan.FromSeconds(1));
            world.Check(world.Nodes[0].Seen.Contains(waiting), $"what waited at {node.Number} did not go at once");
        }
    }

    /// <summary>Once the wire works, traffic flows between all within the time of a retry and a rekey.</summary>
    internal static void CheckThatAllMeetAgain(SimWorld world)
    {
        (world.Loss, world.Duplicates, world.Corruption, world.Late) = (0, 0, 0, 0);
        (world.Jitter, world.Delay) = (default, TimeSpan.FromMilliseconds(20));
        world.Heal();
        // The first knows by its configuration where the others are; a name looked up again says so.
        foreach (var node in world.Nodes.Skip(1))
            world.Nodes[0].Tunnel.FindPeer(node.Key)!.SetEndpoint(node.Address);
        world.Nodes[0].Tunnel.HandleTimeouts(world.Nodes[0].Now);
        for (var second = 0; second < 30; second++)
        {
            foreach (var node in world.Nodes.Skip(1)) world.Send(world.Nodes[0], node);
            world.Run(TimeSpan.FromSeconds(1));
        }
        foreach (var node in world.Nodes.Skip(1))
        {
            var there = world.Send(world.Nodes[0], node);
            var back = world.Send(node, world.Nodes[0]);
            world.Run(TimeSpan.FromSeconds(1));
            world.Check(node.Seen.Contains(there), $"1 does not reach {node.Number} although the wire works");
            world.Check(world.Nodes[0].Seen.Contains(back), $"{node.Number} does not reach 1 although the wire works");
        }
        world.Run(TimeSpan.FromSeconds(5));
    }
}
