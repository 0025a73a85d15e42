using System.Text;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>
/// A run as a value: who is linked with whom, and what happens, step by step. The near end of a link has the far end's address in
/// its configuration. The seed draws what the steps leave open: keys, sizes, which datagrams a loss takes.
/// </summary>
internal sealed record SimSchedule(ulong Seed, (int Near, int Far)[] Links, SimStep[] Steps)
{
    /// <summary>As C#, to be pasted as a test that keeps the finding.</summary>
    public string ToCode()
    {
        var text = new StringBuilder();
        text.Append($"SimRun.Passes(new({Seed}, [{string.Join(", ", Links)}],\n[\n");
        foreach (var step in Steps) text.Append($"    {step},\n");
        return text.Append("]));").ToString();
    }

    /// <summary>The schedule of a seed: about half are pairs, the rest up to eight nodes in any shape, or a hub with its sites.</summary>
    public static SimSchedule Draw(ulong seed)
    {
        var random = new SimRandom(SimDigest.Mix(seed, 1));
        var links = DrawLinks(random);
        var nodes = links.Max(l => Math.Max(l.Near, l.Far));
        var steps = new List<SimStep>();
        DrawConfiguration(random, links, nodes, steps);
        // More links make more of each round.
        for (var round = 96 / (2 + links.Length); round > 0; round--)
        {
            steps.Add(DrawFault(random, links, nodes));
            for (var i = random.Next(4); i > 0; i--)
            {
                var (from, to) = DrawDirection(random, links);
                steps.Add(new(SimAct.Send, from, to, 1 + random.Next(12)));
            }
            steps.Add(new(SimAct.Pass, Value: random.Chance(.1) ? 250_000 : 1000 * (1 + random.Next(30))));
        }
        return new(seed, links, [.. steps]);
    }

    private static (int Near, int Far)[] DrawLinks(SimRandom random) => random.Next(20) switch
    {
        < 11 => [(1, 2)],
        < 15 => [(1, 2), (1, 3), (2, 3)],
        < 19 => DrawGraph(random, 4 + random.Next(5)),
        _ => [.. Enumerable.Range(2, 4 + random.Next(9)).Select(site => (site, 1))], // the sites know the hub
    };

    /// <summary>A tree, and a few links more.</summary>
    private static (int Near, int Far)[] DrawGraph(SimRandom random, int nodes)
    {
        var links = new List<(int, int)>();
        for (var node = 2; node <= nodes; node++) links.Add((1 + random.Next(node - 1), node));
        for (var more = random.Next(nodes / 2); more > 0; more--)
        {
            var (one, other) = (1 + random.Next(nodes), 1 + random.Next(nodes));
            if (one < other && !links.Contains((one, other))) links.Add((one, other));
        }
        return [.. links];
    }

    private static void DrawConfiguration(
        SimRandom random, (int Near, int Far)[] links, int nodes, List<SimStep> steps)
    {
        foreach (var (near, far) in links)
        {
            if (random.Chance(.5)) steps.Add(new(SimAct.PresharedKey, near, far));
            if (random.Chance(.5)) steps.Add(new(SimAct.Learn, far, near));
        }
        for (var node = 1; node <= nodes; node++)
        {
            if (random.Chance(.5)) steps.Add(new(SimAct.Keepalive, node, Value: 25));
            // Half are Holdfast ends with AES, some without, or of a later version; the others are plain peers.
            if (random.Chance(.7)) steps.Add(new(SimAct.Offers, node, Value: random.Chance(.8) ? 1 : 1U << random.Next(32)));
            if (random.Chance(.1)) steps.Add(new(SimAct.FewIndices, node, Value: 8 + random.Next(8)));
        }
        if (random.Chance(.5)) steps.Add(new(SimAct.Late, Value: 1 + random.Next(6)));
    }

    private static SimStep DrawFault(SimRandom random, (int Near, int Far)[] links, int nodes)
    {
        const int Hour = 3600;
        const int Year = 365 * 24 * Hour;
        var (from, to) = DrawDirection(random, links);
        return random.Next(36) switch
        {
            0 => new(SimAct.Delay, Value: random.Next(400)),
            1 or 2 => new(SimAct.Jitter, Value: random.Next(300)),
            3 or 4 => new(SimAct.Loss, Value: random.Next(500)),
            5 or 6 => new(SimAct.Loss),
            7 => new(SimAct.Duplicates, Value: random.Next(200)),
            8 => new(SimAct.Corruption, Value: random.Next(100)),
            9 or 10 => new(SimAct.Cut, from, to),
            11 => new(SimAct.LossOneWay, from, to, random.Next(1000)),
            12 => new(SimAct.Hole, from, to, 60 + random.Next(1300)),
            13 => new(SimAct.Split, Value: 1 + random.Next(1 << nodes)),
            14 or 15 or 16 => new(SimAct.Heal),
            17 or 18 => new(SimAct.Restart, from),
            19 or 20 => new(SimAct.RestartBoth, from, to),
            21 => new(SimAct.Rollback, from),
            22 => new(SimAct.Clock, from, Value: random.Next(2 * Hour) - Hour),
            23 => new(SimAct.Clock, from, Value: (random.Next(120) - 60) * (long)Year),
            24 => new(SimAct.Move, from),
            25 => new(SimAct.Stop, from, Value: random.Chance(.5) ? 1 + random.Next(20) : random.Next(3 * Hour)),
            26 => new(SimAct.Pause, from, Value: random.Chance(.5) ? 1 + random.Next(20) : random.Next(3 * Hour)),
            27 => new(SimAct.Counter, from, to, random.Next(20)),
            28 => new(SimAct.Counter, from, to, -random.Next(20)),
            29 => new(SimAct.Replace, from, to),
            30 or 31 => new(SimAct.Replay, from, Value: 1 + random.Next(20)),
            32 => new(SimAct.Reflect, from, Value: 1 + random.Next(20)),
            33 => new(SimAct.Flip + random.Next(3), from, Value: 1 + random.Next(20)),
            34 => new(SimAct.Forge, from, to, 1 + random.Next(3)),
            _ => new(SimAct.Pass, Value: random.Next(60_000)),
        };
    }

    private static (int From, int To) DrawDirection(SimRandom random, (int Near, int Far)[] links)
    {
        var (near, far) = links[random.Next(links.Length)];
        return random.Chance(.5) ? (near, far) : (far, near);
    }
}
