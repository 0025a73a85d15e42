using Holdfast.Labs;

namespace Holdfast.Comparing.Contenders;

/// <summary>The shipped executable, as its daemon.</summary>
/// <param name="name">As what it takes part.</param>
/// <param name="cipher">What its file says: auto agrees on AES-256-GCM where the processors have it, wireguard never.</param>
internal sealed class HoldfastTunnel(string name, string cipher) : Contender
{
    private const string File = "/etc/holdfast/holdfast.yaml";

    public override string Name => name;

    public override IReadOnlyList<string> Programs => ["wg"];

    public override Task<string> Version(Host host) => FirstLine(host, HoldfastBinary.Path, "--version");

    public override async Task Prepare(Stage stage)
    {
        var near = await WireguardKey.Make(stage.Near.Host);
        var far = await WireguardKey.Make(stage.Far.Host);
        Write(stage.Near, near, far);
        Write(stage.Far, far, near);
    }

    public override Task<HostProcess?> Start(End end)
        => Task.FromResult<HostProcess?>(end.Host.Start(HoldfastBinary.Path, "daemon", "--config", File));

    private void Write(End end, WireguardKey own, WireguardKey peer) => end.Host.WriteFile(File, $"""
        node: {"{"}name: {end.Host.Name}{"}"}
        tunnels:
          - name: hf0
            private_key: "{own.Private}"
            cipher: {cipher}
            addresses: [{end.InnerAddress}/24]
            mtu: {Mtu}
            listen: ["udp://:51820"]
            peers:
              - public_key: "{peer.Public}"
                allowed_ips: [{end.InnerPeer}/32]
                {(end.IsNear ? $"endpoints: [\"{end.OuterPeer}:51820\"]" : "")}

        """);
}
