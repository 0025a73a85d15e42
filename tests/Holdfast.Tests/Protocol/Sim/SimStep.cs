using Holdfast.Protocol.Frames;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>One step of a <see cref="SimSchedule"/>. Prints as the C# that makes it.</summary>
internal readonly record struct SimStep(SimAct Act, int Node = 0, int Other = 0, long Value = 0)
{
    public override string ToString() => (Node, Other, Value) switch
    {
        (0, 0, 0) => $"new({Act})",
        (0, 0, _) => $"new({Act}, Value: {Value})",
        (_, 0, 0) => $"new({Act}, {Node})",
        (_, 0, _) => $"new({Act}, {Node}, Value: {Value})",
        (_, _, 0) => $"new({Act}, {Node}, {Other})",
        _ => $"new({Act}, {Node}, {Other}, {Value})",
    };

    /// <summary>Does it to the world. A step whose nodes are not there, or not linked, does nothing.</summary>
    public void Apply(SimWorld world)
    {
        if (Node > world.Nodes.Length || Other > world.Nodes.Length) return;
        var node = Node > 0 ? world.Nodes[Node - 1] : null!;
        var other = Other > 0 ? world.Nodes[Other - 1] : null!;
        if (Act is SimAct.PresharedKey or SimAct.Learn or SimAct.Counter or SimAct.Replace or SimAct.Send or SimAct.Forge
            && !world.AreLinked(node, other)) return;
        world.Findings.Note($"{this}");
        if (Act < SimAct.Delay) Configure(world, node, other);
        else if (Act < SimAct.Restart) Disturb(world.Wire);
        else if (Act < SimAct.Replay) Strike(world, node, other);
        else if (Act < SimAct.Send) world.Attacker.Attack(Act, node, (int)Value);
        else Live(world, node, other);
    }

    private void Configure(SimWorld world, SimNode node, SimNode other)
    {
        switch (Act)
        {
            case SimAct.PresharedKey: world.SharePresharedKey(node, other); break;
            case SimAct.Keepalive: node.SetKeepalive((ushort)Value); break;
            case SimAct.Offers: node.SetOffers((Capabilities)Value); break;
            case SimAct.Learn: node.Learn(other); break;
            case SimAct.FewIndices: node.Source.Blocks = (uint)Value * (uint)world.PeersOf(node).Count; break;
        }
    }

    private void Disturb(SimWire wire)
    {
        switch (Act)
        {
            case SimAct.Delay: wire.Delay = Milliseconds; break;
            case SimAct.Jitter: wire.Jitter = Milliseconds; break;
            case SimAct.Loss: wire.Loss = Value / 1000.0; break;
            case SimAct.Duplicates: wire.Duplicates = Value / 1000.0; break;
            case SimAct.Corruption: wire.Corruption = Value / 1000.0; break;
            case SimAct.Late: wire.Late = Value / 1000.0; break;
            case SimAct.Cut: wire.Cut(Node, Other); break;
            case SimAct.LossOneWay: wire.LoseOneWay(Node, Other, Value / 1000.0); break;
            case SimAct.Hole: wire.MakeHole(Node, Other, (int)Value); break;
            case SimAct.Split: wire.Split((ulong)Value); break;
            case SimAct.Heal: wire.Heal(); break;
        }
    }

    private void Strike(SimWorld world, SimNode node, SimNode other)
    {
        switch (Act)
        {
            case SimAct.Restart: node.Start(); break;
            case SimAct.RestartBoth:
                node.Start();
                if (other != node) other.Start();
                break;
            case SimAct.Rollback: node.RollBack(); break;
            case SimAct.Clock: node.WallOffset = Value * 1_000_000_000; break;
            case SimAct.Move: world.Move(node); break;
            case SimAct.Stop: node.Sleep(Seconds, itsClockStands: false); break;
            case SimAct.Pause: node.Sleep(Seconds, itsClockStands: true); break;
            case SimAct.Counter: node.WearOut(other, Value); break;
            case SimAct.Replace: node.Replace(other); break;
        }
    }

    private void Live(SimWorld world, SimNode node, SimNode other)
    {
        switch (Act)
        {
            case SimAct.Send: world.SendSome(node, other, (int)Value); break;
            case SimAct.Forge: world.SendSome(node, other, (int)Value, forged: true); break;
            case SimAct.Pass: world.Run(Milliseconds); break;
        }
    }

    private TimeSpan Milliseconds => TimeSpan.FromMilliseconds(Value);

    private TimeSpan Seconds => TimeSpan.FromSeconds(Value);
}
