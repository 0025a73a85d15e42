using Holdfast.Labs;

namespace Holdfast.Comparing.Contenders;

/// <summary>Debian's wireguard-go, set up by wg and ip as wg-quick does.</summary>
internal sealed class WireguardGo : Contender
{
    private const string Device = "wg0";
    private const string File = "/etc/wireguard/wg0.conf";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public override string Name => "wireguard-go";

    public override IReadOnlyList<string> Programs => ["wireguard-go", "wg"];

    public override Task<string> Version(Host host) => FirstLine(host, "wireguard-go", "--version");

    public override async Task Prepare(Stage stage)
    {
        var near = await WireguardKey.Make(stage.Near.Host);
        var far = await WireguardKey.Make(stage.Far.Host);
        Write(stage.Near, near, far);
        Write(stage.Far, far, near);
    }

    public override async Task<HostProcess?> Start(End end)
    {
        var socket = end.Host.PathOf($"/run/wireguard/{Device}.sock");
        // What an earlier, killed one left would look like one that listens.
        if (System.IO.File.Exists(socket))
            System.IO.File.Delete(socket);
        var process = end.Host.Start("wireguard-go", "--foreground", Device);
        await Eventually.Until(() => process.HasExited || System.IO.File.Exists(socket), Patience,
            "wireguard-go to listen", process.Describe);
        await end.Host.Run("wg", "setconf", Device, File);
        await end.Host.Ip($"addr add {end.InnerAddress}/24 dev {Device}", $"link set dev {Device} mtu {Mtu} up");
        return process;
    }

    private static void Write(End end, WireguardKey own, WireguardKey peer) => end.Host.WriteFile(File, $"""
        [Interface]
        PrivateKey = {own.Private}
        ListenPort = 51820

        [Peer]
        PublicKey = {peer.Public}
        AllowedIPs = {end.InnerPeer}/32
        {(end.IsNear ? $"Endpoint = {end.OuterPeer}:51820" : "")}

        """);
}
