using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol;

/// <summary>Two and three nodes in virtual time under random faults; the seed of a failure is in its name.</summary>
public sealed class SimulationTests
{
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
        Assert.Empty(failures);
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
        // At least the first knows where the others are; the others may have to learn it.
        foreach (var node in world.Nodes) world.Start(node, node.Number == 1 || random.Chance(.5));

        for (var step = 0; step < 40; step++)
        {
            Fault(world, random);
            var burst = random.Next(30);
            for (var i = 0; i < burst; i++)
            {
                var from = world.Nodes[random.Next(world.Nodes.Length)];
                var to = world.Nodes[random.Next(world.Nodes.Length)];
                if (from == to) continue;
                var (size, v6) = (random.Next(1400), random.Chance(.3));
                world.At(TimeSpan.FromMilliseconds(random.Next(10_000)), () => world.Send(from, to, size, v6));
            }
            world.Run(TimeSpan.FromSeconds(random.Chance(.1) ? 250 : 1 + random.Next(30)));
        }

        CheckThatAllMeetAgain(world);
        world.CheckAccounts();
        return world;
    }

    private static void Fault(SimWorld world, SimRandom random)
    {
        var node = world.Nodes[random.Next(world.Nodes.Length)];
        var other = world.Nodes[random.Next(world.Nodes.Length)];
        switch (random.Next(11))
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

    /// <summary>Once the wire works, traffic flows between all within the time of a retry and a rekey.</summary>
    private static void CheckThatAllMeetAgain(SimWorld world)
    {
        (world.Loss, world.Duplicates, world.Corruption) = (0, 0, 0);
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
