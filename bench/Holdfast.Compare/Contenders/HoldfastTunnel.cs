using Holdfast.Labs;

namespace Holdfast.Comparing.Contenders;

/// <summary>The shipped executable, from a wg-quick file.</summary>
internal sealed class HoldfastTunnel : Contender
{
    private const string File = "/etc/holdfast/hf0.conf";

    public override string Name => "holdfast";

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
        => Task.FromResult<HostProcess?>(end.Host.Start(HoldfastBinary.Path, "up", "--foreground", File));

    private static void Write(End end, WireguardKey own, WireguardKey peer) => end.Host.WriteFile(File, $"""
        [Interface]
        PrivateKey = {own.Private}
        ListenPort = 51820
        Address = {end.InnerAddress}/24
        MTU = {Mtu}

        [Peer]
        PublicKey = {peer.Public}
        AllowedIPs = {end.InnerPeer}/32
        {(end.IsNear ? $"Endpoint = {end.OuterPeer}:51820" : "")}

        """);
}
