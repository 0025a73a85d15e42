namespace Holdfast.Labs;

/// <summary>
/// A wire between two hosts: a TUN at each end, and a relay of this process in between that does to packets what the
/// test says, while traffic runs. It carries IP packets, no Ethernet.
/// </summary>
public sealed class Wire : IDisposable
{
    private readonly RelayEnd _near, _far;
    private readonly Nat? _nat;
    private readonly Relay _relay;
    private readonly DateTimeOffset _origin = Relay.Origin;
    private bool _disposed;

    private Wire(string name, LinkEnd near, LinkEnd far, RelayEnd nearEnd, RelayEnd farEnd, WireOptions options,
        int seed)
    {
        Name = name;
        Near = near;
        Far = far;
        (_near, _far) = (nearEnd, farEnd);
        NatOptions = options.Nat;
        _nat = options.Nat is null ? null : new Nat(options.Nat);
        _relay = new Relay(name, nearEnd, farEnd, _nat, seed);
        Forward = new WireDirection(_relay.Forward) { Faults = options.Forward };
        Backward = new WireDirection(_relay.Backward) { Faults = options.Backward };
    }

    /// <summary>The wire's name.</summary>
    public string Name { get; }

    /// <summary>The first end; the one that a NAT hides.</summary>
    public LinkEnd Near { get; }

    /// <summary>The second end.</summary>
    public LinkEnd Far { get; }

    /// <summary>From near to far.</summary>
    public WireDirection Forward { get; }

    /// <summary>From far to near.</summary>
    public WireDirection Backward { get; }

    /// <summary>The NAT's addresses and habits, or null.</summary>
    public NatOptions? NatOptions { get; }

    internal static async Task<Wire> Make(string name, LinkEnd near, LinkEnd far, WireOptions options, int seed,
        int captureBytes)
    {
        var nearEnd = RelayEnd.Open(near, captureBytes);
        RelayEnd? farEnd = null;
        Wire? wire = null;
        try
        {
            farEnd = RelayEnd.Open(far, captureBytes);
            wire = new Wire(name, near, far, nearEnd, farEnd, options, seed);
            await Task.WhenAll(near.Configure(options.InterfaceMtu), far.Configure(options.InterfaceMtu));
            return wire;
        }
        catch
        {
            wire?.Dispose();
            nearEnd.Dispose();
            farEnd?.Dispose();
            throw;
        }
    }

    /// <summary>Changes the faults of both directions.</summary>
    /// <param name="change">Makes the faults from those that hold.</param>
    public void Change(Func<Faults, Faults> change)
    {
        Forward.Faults = change(Forward.Faults);
        Backward.Faults = change(Backward.Faults);
    }

    /// <summary>Lets nothing pass, and tells nobody. One direction: <see cref="Forward"/>'s faults.</summary>
    public void Cut() => Change(f => f with { Cut = true });

    /// <summary>Ends a cut.</summary>
    public void Restore() => Change(f => f with { Cut = false });

    /// <summary>Takes the carrier away, so that the hosts see it; nothing passes.</summary>
    /// <param name="side">At which end.</param>
    public void Unplug(WireSide side = WireSide.Both) => Plug(side, plugged: false);

    /// <summary>Gives the carrier back.</summary>
    /// <param name="side">At which end.</param>
    public void Plug(WireSide side = WireSide.Both) => Plug(side, plugged: true);

    /// <summary>The NAT forgets every mapping; the same flows get other ports from then on.</summary>
    /// <exception cref="LabException">The wire has no NAT.</exception>
    public void ForgetMappings() => (_nat ?? throw new LabException($"wire {Name} has no NAT")).Forget();

    /// <summary>Gives a host a crafted packet, as if it came out of this wire.</summary>
    /// <param name="side">Which end's host.</param>
    /// <param name="packet">A whole IP packet; see <see cref="Packets"/>.</param>
    /// <exception cref="LabException">The interface is down.</exception>
    public void Inject(WireSide side, ReadOnlySpan<byte> packet)
    {
        if (!(side == WireSide.Near ? _near : _far).Inject(packet))
            throw new LabException($"wire {Name}: {side} takes no packet: is its interface up?");
    }

    /// <summary>Both directions' counters.</summary>
    public override string ToString()
        => $"wire {Name}\n  {Near} > {Far}: {Forward}\n  {Far} > {Near}: {Backward}";

    /// <summary>Takes the wire away; its interfaces vanish.</summary>
    /// <exception cref="LabException">The relay had broken.</exception>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            _relay.Dispose();
        }
        finally
        {
            _near.Dispose();
            _far.Dispose();
        }
    }

    // Only once the relay stopped.
    internal void SaveCaptures(string directory)
    {
        foreach (var (end, place) in new[] { (_near, Near), (_far, Far) })
        {
            using var file = File.Create(Path.Combine(directory, $"wire-{Name}-{place.Host.Name}.pcap"));
            end.Capture.Save(file, _origin);
        }
    }

    private void Plug(WireSide side, bool plugged)
    {
        if (side.HasFlag(WireSide.Near))
            _near.Plug(plugged);
        if (side.HasFlag(WireSide.Far))
            _far.Plug(plugged);
    }
}
