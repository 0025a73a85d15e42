using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>Two hosts, one veth pair with an MTU of 1500, nothing else; and whoever carries packets between
/// them.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);

    // What a plain card does not do. GRO is off at a veth's ends anyway.
    private static readonly string[] Features = ["tso", "gso", "tx-udp-segmentation"];

    private readonly Lab _lab;
    private readonly Contender _contender;
    private readonly Dictionary<End, HostProcess> _processes = [];

    private Stage(Lab lab, Contender contender)
    {
        (_lab, _contender) = (lab, contender);
        var link = lab.Veth("wire");
        Near = new End(lab.Host("near"), link.Near.V4, link.Far.V4, "10.7.0.2", "10.7.0.1", IsNear: true);
        Far = new End(lab.Host("far"), link.Far.V4, link.Near.V4, "10.7.0.1", "10.7.0.2", IsNear: false);
    }

    public End Near { get; }

    public End Far { get; }

    /// <summary>The far host's address that measurements use.</summary>
    public string Target => _contender.IsTunnel ? Near.InnerPeer : Near.OuterPeer;

    /// <summary>The tunnel's processes.</summary>
    public IReadOnlyCollection<HostProcess> Processes => _processes.Values;

    /// <summary>Draws the hosts and brings both ends up; packets pass when this returns.</summary>
    /// <param name="contender">Who carries them.</param>
    public static async Task<Stage> Build(Contender contender)
    {
        var stage = new Stage(await Lab.Draw(new LabOptions { Name = "compare" }, "near -wire- far"), contender);
        try
        {
            await contender.Prepare(stage);
            await stage.Start(stage.Far);
            await stage.Start(stage.Near);
            await stage.Near.Host.Carries(stage.Target, StartPatience);
            await ProcessUse.Rest(() => ProcessUse.Cpu(stage.Processes));
            return stage;
        }
        catch
        {
            stage._lab.Failed = true;
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Switches the wire's offloads: without them the kernel cuts and delivers each packet by itself.</summary>
    public async Task SetOffloads(bool on)
    {
        var link = _lab.Veth("wire");
        foreach (var end in new[] { link.Near, link.Far })
            await end.Host.Run("ethtool", ["-K", end.Interface, .. Features.SelectMany(f => new[] { f, on ? "on" : "off" })]);
    }

    /// <summary>Starts one end.</summary>
    /// <param name="end">Which.</param>
    public async Task Start(End end)
    {
        if (await _contender.Start(end) is { } process)
            _processes[end] = process;
    }

    /// <summary>Ends one end's process as kill -9 does; it is gone when this returns.</summary>
    /// <param name="end">Which.</param>
    public async Task Kill(End end)
    {
        await _processes[end].Kill();
        await _processes[end].Ends(StartPatience);
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();
}
