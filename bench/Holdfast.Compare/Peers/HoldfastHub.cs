using Holdfast.Labs;

namespace Holdfast.Comparing.Peers;

/// <summary>The shipped executable, from a wg-quick file.</summary>
internal sealed class HoldfastHub : Hub
{
    private const string File = $"/etc/holdfast/{Device}.conf";

    public override string Name => "holdfast";

    public override bool Greets => true;

    public override void Prepare(Host host, int peers) => host.WriteFile(File, $"""
        [Interface]
        PrivateKey = {PrivateKey}
        ListenPort = {Port}
        Address = 10.7.0.1/32

        {Peers(peers)}
        """);

    public override Task Start(Host host) => host.Run(Patient, HoldfastBinary.Path, "up", File);

    public override Task Stop(Host host) => host.Run(Patient, HoldfastBinary.Path, "down", Device);

    public override int Pid(Host host) => host.PidsOf("holdfast").Single();

    public override async Task<IReadOnlyDictionary<Metric, double>> Show(Host host)
        => new Dictionary<Metric, double>(await base.Show(host))
        {
            [PeersMetric.Status] = (await host.Run(Patient, HoldfastBinary.Path, "status", Device)).Elapsed.TotalSeconds,
            [PeersMetric.StatusJson] =
                (await host.Run(Patient, HoldfastBinary.Path, "status", Device, "--json")).Elapsed.TotalSeconds,
        };
}
