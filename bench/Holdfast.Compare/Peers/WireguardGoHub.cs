using Holdfast.LabAgents;
using Holdfast.Labs;

namespace Holdfast.Comparing.Peers;

/// <summary>Debian's wireguard-go, set up by wg and ip as wg-quick does, but with all routes in one go.</summary>
internal sealed class WireguardGoHub : Hub
{
    private const string File = $"/etc/wireguard/{Device}.conf";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private int _peers;

    public override string Name => "wireguard-go";

    public override void Prepare(Host host, int peers)
    {
        _peers = peers;
        host.WriteFile(File, $"""
            [Interface]
            PrivateKey = {PrivateKey}
            ListenPort = {Port}

            {Peers(peers)}
            """);
    }

    public override async Task Start(Host host)
    {
        var socket = host.PathOf($"/run/wireguard/{Device}.sock");
        if (System.IO.File.Exists(socket))
            System.IO.File.Delete(socket);
        var process = host.Start("wireguard-go", "--foreground", Device);
        await Eventually.Until(() => process.HasExited || System.IO.File.Exists(socket), Patience,
            "wireguard-go to listen", process.Describe);
        await host.Run(Patient, "wg", "setconf", Device, File);
        var routes = Enumerable.Range(0, _peers).Select(i => $"route add {SwarmSite.Inner(i)}/32 dev {Device}");
        await host.Run(Patient with
        {
            Input = string.Join('\n', [$"addr add 10.7.0.1/32 dev {Device}", $"link set dev {Device} mtu 1420 up", .. routes])
                + "\n",
        }, "ip", "-batch", "-");
    }

    public override async Task Stop(Host host)
    {
        var process = host.Processes.Last(p => !p.HasExited && p.Command.StartsWith("wireguard-go", StringComparison.Ordinal));
        await process.Stop();
    }

    public override int Pid(Host host) => host.PidsOf("wireguard-go").Single();
}
