using Holdfast.Labs;

namespace Holdfast.Comparing.Contenders;

/// <summary>OpenVPN in user space: UDP, TLS between two ends that know each other's certificates,
/// AES-256-GCM.</summary>
internal sealed class OpenVpn : Contender
{
    private const string Directory = "/etc/openvpn";

    public override string Name => "openvpn";

    public override IReadOnlyList<string> Programs => ["openvpn", "openssl"];

    public override Task<string> Version(Host host) => FirstLine(host, "openvpn", "--version");

    public override async Task Prepare(Stage stage)
    {
        var near = await MakeCertificate(stage.Near.Host);
        var far = await MakeCertificate(stage.Far.Host);
        Write(stage.Near, far);
        Write(stage.Far, near);
    }

    public override Task<HostProcess?> Start(End end)
        => Task.FromResult<HostProcess?>(end.Host.Start("openvpn", "--config", $"{Directory}/tunnel.conf"));

    /// <summary>Makes a key and a certificate that only its fingerprint vouches for.</summary>
    /// <returns>The fingerprint.</returns>
    private static async Task<string> MakeCertificate(Host host)
    {
        System.IO.Directory.CreateDirectory(host.PathOf(Directory));
        await host.Run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", $"/CN={host.Name}", "-keyout", $"{Directory}/key.pem", "-out",
            $"{Directory}/certificate.pem");
        var answer = await host.Run("openssl", "x509", "-in", $"{Directory}/certificate.pem", "-noout", "-fingerprint",
            "-sha256");
        return answer.Output.Split('=')[1];
    }

    // Keepalive as in the example of its manual; no data offload to the kernel, which not every kernel has.
    private static void Write(End end, string peerFingerprint) => end.Host.WriteFile($"{Directory}/tunnel.conf", $"""
        dev tun0
        proto udp4
        port 1194
        local {end.OuterAddress}
        {(end.IsNear ? $"remote {end.OuterPeer}" : "float")}
        {(end.IsNear ? "tls-client" : "tls-server")}
        dh none
        cert {Directory}/certificate.pem
        key {Directory}/key.pem
        peer-fingerprint {peerFingerprint}
        ifconfig {end.InnerAddress} {end.InnerPeer}
        data-ciphers AES-256-GCM
        cipher AES-256-GCM
        disable-dco
        tun-mtu {Mtu}
        mssfix 0
        ping 10
        ping-restart 60
        verb 3

        """);
}
