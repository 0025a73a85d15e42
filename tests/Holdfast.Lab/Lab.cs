using System.Globalization;
using System.Net;

namespace Holdfast.Labs;

/// <summary>
/// Draws hosts, wires and faults out of namespaces, and takes everything away again when it is disposed, or when its
/// process ends, however it ends. Needs root and what <see cref="LabRequirements"/> lists.
/// </summary>
public sealed class Lab : IAsyncDisposable
{
    /// <summary>Variable in the environment of everything that runs in a lab; its value is
    /// <see cref="Id"/>.</summary>
    public const string Variable = "HOLDFAST_LAB";

    private static int _labs;

    private readonly LabOptions _options;
    private readonly LabDirectory _directory;
    private readonly Dictionary<string, Host> _hosts = [];
    private readonly Dictionary<string, Wire> _wires = [];
    private readonly Dictionary<string, Veth> _veths = [];
    private int _links;
    private bool _disposed;

    private Lab(LabOptions options)
    {
        _options = options;
        var number = Interlocked.Increment(ref _labs);
        Id = string.Create(CultureInfo.InvariantCulture, $"hf-{Environment.ProcessId}-{number}");
        _directory = new LabDirectory(options.Name, number);
    }

    /// <summary>hf, the process id and a number: no other lab on this machine has it.</summary>
    public string Id { get; }

    /// <summary>The test failed: keep captures, logs and the hosts' state in <see cref="Directory"/>.</summary>
    public bool Failed { get; set; }

    /// <summary>Where logs go; after a failed run it has another place, and after a passing one it is gone.</summary>
    public string Directory => _directory.Path;

    /// <summary>All hosts, in the order in which they were made.</summary>
    public IReadOnlyCollection<Host> Hosts => _hosts.Values;

    /// <summary>All wires with a relay.</summary>
    public IReadOnlyCollection<Wire> Wires => _wires.Values;

    /// <summary>Draws a lab.</summary>
    /// <param name="drawing">"site =isp1= hub" is a wire, "site -lan- hub" a veth pair, "site" a host; hosts are made
    /// as they are named.</param>
    /// <exception cref="LabException">Something is missing here, or a line can't be read.</exception>
    public static Task<Lab> Draw(params string[] drawing) => Draw(new LabOptions(), drawing);

    /// <inheritdoc cref="Draw(string[])"/>
    /// <param name="options">How.</param>
    /// <param name="drawing">"site =isp1= hub" is a wire, "site -lan- hub" a veth pair, "site" a host; hosts are made
    /// as they are named.</param>
    public static async Task<Lab> Draw(LabOptions options, params string[] drawing)
    {
        var plans = drawing.Select(LabPlan.Parse).ToList();
        if (LabRequirements.Check("ip", "unshare", "nsenter", "mount", "ping") is { } missing)
            throw new LabException(missing);
        await LabJanitor.SweepAsync();
        var lab = new Lab(options);
        try
        {
            var names = plans.SelectMany(p => new[] { p.Near, p.Far }).OfType<string>().Distinct();
            await Task.WhenAll(names.Select(name => lab.AddHost(name)).ToList());
            foreach (var plan in plans.Where(p => p.Far is not null))
                await lab.Add(plan);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds a host.</summary>
    /// <param name="name">Its name.</param>
    public Host Host(string name) => Find(_hosts, name, "host");

    /// <summary>Finds a wire.</summary>
    /// <param name="name">Its name.</param>
    public Wire Wire(string name) => Find(_wires, name, "wire");

    /// <summary>Finds a veth pair.</summary>
    /// <param name="name">Its name.</param>
    public Veth Veth(string name) => Find(_veths, name, "veth pair");

    /// <summary>Makes a host.</summary>
    /// <param name="name">Its name: letters, digits and dashes.</param>
    /// <param name="options">How; null is the usual way.</param>
    public async Task<Host> AddHost(string name, HostOptions? options = null)
    {
        var host = await Labs.Host.Make(this, name, options ?? HostOptions.Usual);
        lock (_hosts)
        {
            if (_hosts.TryAdd(name, host))
                return host;
        }
        await host.DisposeAsync();
        throw new LabException($"there is a host {name} already");
    }

    /// <summary>Lays a wire with a relay between two hosts.</summary>
    /// <param name="near">The first host; the one that a NAT hides.</param>
    /// <param name="far">The second host.</param>
    /// <param name="options">How; null is a perfect wire.</param>
    public async Task<Wire> AddWire(Host near, Host far, WireOptions? options = null)
    {
        options ??= new WireOptions();
        var number = _links++;
        var name = options.Name ?? string.Create(CultureInfo.InvariantCulture, $"wire{number}");
        if (_wires.ContainsKey(name))
            throw new LabException($"there is a wire {name} already");
        var (nearEnd, farEnd) = Ends(near, far, name, number, options);
        if (options.Nat is { } nat)
            options = options with { Nat = Publish(nat, number) };
        var wire = await Labs.Wire.Make(name, nearEnd, farEnd, options, _options.Seed + number, _options.CaptureBytes);
        _wires.Add(name, wire);
        if (options is { Nat: not null, NearAddresses: null })
            await ReachFar(nearEnd, farEnd, options.Nat.V6);
        return wire;
    }

    /// <summary>Lays a veth pair between two hosts.</summary>
    /// <param name="near">The first host.</param>
    /// <param name="far">The second host.</param>
    /// <param name="options">How; null is as fast as it gets.</param>
    public async Task<Veth> AddVeth(Host near, Host far, VethOptions? options = null)
    {
        options ??= new VethOptions();
        var number = _links++;
        var name = options.Name ?? string.Create(CultureInfo.InvariantCulture, $"veth{number}");
        var (nearEnd, farEnd) = Ends(near, far, name, number, options);
        if (_veths.ContainsKey(name))
            throw new LabException($"there is a veth pair {name} already");
        return _veths[name] = await Labs.Veth.Make(name, nearEnd, farEnd, options);
    }

    /// <summary>Connects hosts by an Ethernet segment with a bridge.</summary>
    /// <param name="name">Its name, and that of the interface at each member.</param>
    /// <param name="hosts">The members, at most 14.</param>
    public async Task<Lan> AddLan(string name, params Host[] hosts)
        => await Lan.Make(name, _links++, await AddHost($"{name}-switch"), hosts);

    /// <summary>Takes everything away. If <see cref="Failed"/>, evidence is kept first.</summary>
    /// <exception cref="LabException">Something could not be taken away, or a relay had broken.</exception>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        var failures = new List<Exception>();
        if (Failed)
            await Try(() => Task.WhenAll(Hosts.Select(h => LabEvidence.SaveHost(h, Directory))), failures);
        foreach (var wire in Wires)
            Try(wire.Dispose, failures);
        if (Failed)
            Try(() => LabEvidence.SaveWires(Wires, Directory), failures);
        await Task.WhenAll(Hosts.Select(h => Try(() => h.DisposeAsync().AsTask(), failures)));
        Try(Failed ? _directory.Keep : _directory.Delete, failures);
        if (failures.Count > 0)
            throw new LabException($"{Id}: {string.Join("; ", failures.Select(f => f.Message))}", failures[0]);
    }

    internal string LogFile(string name) => Path.Combine(Directory, name);

    private static (LinkEnd Near, LinkEnd Far) Ends(Host near, Host far, string name, int number, LinkOptions options)
    {
        var hidden = options is WireOptions { Nat: { } nat } ? AddressPlan.Hidden(number, nat.V6) : null;
        return (new LinkEnd(near, options.NearInterface ?? name,
                options.NearAddresses ?? hidden ?? AddressPlan.Public(number, 1)),
            new LinkEnd(far, options.FarInterface ?? name, options.FarAddresses ?? AddressPlan.Public(number, 2)));
    }

    // The public address is the one that the near end would have had on the far end's network.
    private static NatOptions Publish(NatOptions nat, int number)
    {
        var addresses = AddressPlan.Public(number, 1).Select(a => IPAddress.Parse(a.Split('/')[0])).ToList();
        return nat with
        {
            PublicV4 = nat.PublicV4 ?? addresses[0],
            PublicV6 = nat.PublicV6 ?? (nat.V6 ? addresses[1] : null),
        };
    }

    private static Task ReachFar(LinkEnd near, LinkEnd far, bool v6)
    {
        var routes = new List<string> { $"-4 route add {far.V4}/32 dev {near.Interface}" };
        if (v6)
            routes.Add($"-6 route add {far.V6}/128 dev {near.Interface}");
        return Task.WhenAll(routes.Select(r => near.Host.Run("ip", r.Split(' '))));
    }

    private static T Find<T>(Dictionary<string, T> all, string name, string kind)
        => all.TryGetValue(name, out var found) ? found
            : throw new LabException($"there is no {kind} {name}; there are {string.Join(", ", all.Keys)}");

    private Task Add(LabPlan plan)
    {
        var (near, far) = (Host(plan.Near), Host(plan.Far!));
        return plan.Relayed
            ? AddWire(near, far, new WireOptions { Name = plan.Name })
            : AddVeth(near, far, new VethOptions { Name = plan.Name });
    }

    private static void Try(Action step, List<Exception> failures)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            // Everything else still has to be taken away; the failure is thrown at the end.
            failures.Add(e);
        }
    }

    private static async Task Try(Func<Task> step, List<Exception> failures)
    {
        try
        {
            await step();
        }
        catch (Exception e)
        {
            // As above.
            lock (failures)
                failures.Add(e);
        }
    }
}
