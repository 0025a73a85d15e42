using Holdfast.Protocol;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>What lies between the nodes: faults everywhere, faults of one direction, and where each node is.</summary>
internal sealed class SimWire(SimRandom random)
{
    private readonly Dictionary<Endpoint, SimNode> _places = [];
    private readonly HashSet<(int From, int To)> _cut = [];
    private readonly Dictionary<(int From, int To), double> _loss = [];
    private readonly Dictionary<(int From, int To), int> _holes = [];
    private ulong _sides;

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(10);
    public TimeSpan Jitter { get; set; }
    public double Loss { get; set; }
    public double Duplicates { get; set; }
    public double Corruption { get; set; }

    /// <summary>Share of the datagrams that are held on the way for up to <see cref="LongestDelay"/>.</summary>
    public double Late { get; set; }

    /// <summary>Longer than a keypair lives.</summary>
    public static TimeSpan LongestDelay => TimeSpan.FromSeconds(300);

    public void Cut(int from, int to) => _cut.Add((from, to));

    public void LoseOneWay(int from, int to, double share) => _loss[(from, to)] = share;

    public void MakeHole(int from, int to, int above) => _holes[(from, to)] = above;

    public void Split(ulong sides) => _sides = sides;

    /// <summary>Ends the faults of single directions.</summary>
    public void Heal()
    {
        _cut.Clear();
        _loss.Clear();
        _holes.Clear();
        _sides = 0;
    }

    /// <summary>Ends all faults but delay.</summary>
    public void HealAll()
    {
        Heal();
        (Loss, Duplicates, Corruption, Late) = (0, 0, 0, 0);
        (Jitter, Delay) = (default, TimeSpan.FromMilliseconds(20));
    }

    /// <summary>The node is at this address, and no longer at its last one.</summary>
    public void Place(SimNode node, Endpoint at)
    {
        _places.Remove(node.Address);
        _places[at] = node;
    }

    public SimNode? At(Endpoint address) => _places.GetValueOrDefault(address);

    /// <summary>Whether a datagram that has come to its end gets in.</summary>
    public bool Carries(int from, int to, int length)
    {
        if (_cut.Contains((from, to)) || ((_sides >> (from - 1)) & 1) != ((_sides >> (to - 1)) & 1)) return false;
        if (_holes.TryGetValue((from, to), out var above) && length > above) return false;
        return !_loss.TryGetValue((from, to), out var share) || !random.Chance(share);
    }

    /// <summary>How long the next datagram is on its way.</summary>
    public TimeSpan DrawDelay()
    {
        var delay = Delay + (Jitter * random.Fraction());
        return random.Chance(Late) ? LongestDelay * random.Fraction() : delay;
    }
}
