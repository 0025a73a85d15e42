using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Holdfast.LabTests.Scenarios;

/// <summary>What the fast path may not do to anybody's packets, with all that the kernel offers and without.</summary>
public sealed class FastPathTests : LabTest
{
    private const int Datagrams = 2_000;
    // For the processor's vectors, before the tunnel is up.
    private static readonly string[] AtStart = ["Holdfast.Protocol.Wire.Checksum:AddNative", "Holdfast.Crypto.Native.MultiBuffer:"];

    private const string Captured = "/run/captured.pcap", CompiledList = "/run/jit.txt";

    private static readonly string[] PacketPath =
        ["Holdfast.Crypto.", "Holdfast.Protocol.", "Holdfast.Linux.", "Holdfast.Engine.DataPlane.", "Holdfast.Engine.Transports."];

    private static readonly Dictionary<string, string?> ListsCompiled = new()
    {
        ["DOTNET_JitStdOutFile"] = CompiledList,
        ["DOTNET_JitDisasmSummary"] = "1",
    };

    // Behind the hub, where the packets are captured.
    private const string OfficeV4 = "10.9.0.0/24", OfficeV6 = "fd09::/64";

    // The last has ends that seal and open by different libraries.
    [Theory, InlineData("", ""), InlineData("all", "all"), InlineData("", "ciphers")]
    public Task Flows_arrive_in_order_and_with_right_checksums(string offAtSite, string offAtHub) => Arrive(offAtSite, offAtHub);

    [Theory(Explicit = true)]
    [InlineData("tun-tcp"), InlineData("tun-udp"), InlineData("tun-checksum"), InlineData("tun-write"), InlineData("udp-send")]
    [InlineData("udp-receive"), InlineData("ciphers")]
    public Task Flows_arrive_in_order_and_with_right_checksums_without_one_offload(string off) => Arrive(off, off);

    private async Task Arrive(string offAtSite, string offAtHub)
    {
        var lab = await Draw("site -isp- hub", "hub -lan- office");
        var (site, hub, office) = (lab.Host("site"), lab.Host("hub"), lab.Host("office"));
        var (lan, v4, v6) = (lab.Veth("lan"), "10.9.0.2", "fd09::2");
        // Who forwards IPv6 asks for neighbours from a link-local address.
        await hub.Ip($"address add 10.9.0.1/24 dev {lan.Near.Interface}", $"address add fd09::1/64 dev {lan.Near.Interface} nodad",
            $"address add fe80::1/64 dev {lan.Near.Interface} nodad");
        await office.Ip($"address add {v4}/24 dev {lan.Far.Interface}", $"address add {v6}/64 dev {lan.Far.Interface} nodad",
            $"address add fe80::2/64 dev {lan.Far.Interface} nodad",
            "route add 10.7.0.0/24 via 10.9.0.1", "route add fd07::/64 via fd09::1");
        await hub.Run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        // Each packet whole, as a plain card would put it on the wire: what is captured there has its checksums.
        await hub.Run("ethtool", "-K", lan.Near.Interface, "tx", "off", "tso", "off", "gso", "off");
        await Up(hub, WgFile.Hub(), offAtHub);
        var there = WgFile.Site(WgFile.At(lab.Veth("isp").Far.V4)).WithPeer(p => p with
        {
            AllowedIps = $"{p.AllowedIps}, {OfficeV4}, {OfficeV6}",
        });
        await Up(site, there, offAtSite);
        await site.Carries(v4, Seconds(5));
        await site.Carries(v6, Seconds(5));
        Assert.Equal((OpensBy(offAtSite), OpensBy(offAtHub)), (await Library(site), await Library(hub)));

        var capture = office.Start("tcpdump", "-n", "-p", "-s", "0", "-B", "65536", "-U", "-i", lan.Far.Interface, "-w", Captured,
            "dst net 10.9.0.0/24 or dst net fd09::/64");
        await capture.WaitForLine("listening on", Seconds(5));
        foreach (var address in new[] { v4, v6 })
        {
            var options = new IperfOptions { More = ["--bitrate", "100M"] };
            Assert.True((await Iperf.Run(site, office, address, options)).Bytes > 1_000_000);
            var udp = await Agent.SendDatagrams(site, office, address, 5_000, 1_300, Datagrams);
            Assert.Equal((0, 0), (udp.Reordered, udp.Duplicated));
            Assert.InRange(udp.Received, Datagrams / 2, Datagrams);
        }
        await capture.Stop();
        var packets = await office.Run("tcpdump", "-n", "-vv", "-r", Captured);
        Assert.DoesNotContain("incorrect", packets.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("bad cksum", packets.Output, StringComparison.Ordinal);
        Assert.Contains("(correct)", packets.Output, StringComparison.Ordinal);
        Assert.Contains("udp sum ok", packets.Output, StringComparison.Ordinal);
        foreach (var host in new[] { site, hub, office })
            Assert.Equal(0, await Counter(host, "InCsumErrors"));
        // Segments that the receiver had to put back into their order.
        Assert.Equal(0, await Counter(office, "TCPOFOQueue"));
    }

    [Fact]
    public async Task Nothing_of_the_packet_path_is_compiled_while_packets_wait()
    {
        var lab = await Draw("site =isp= hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        var processes = new[]
        {
            (hub, await Up(hub, WgFile.Hub(), "", ListsCompiled)),
            (site, await Up(site, WgFile.Site(WgFile.At(lab.Wire("isp").Far.V4)), "", ListsCompiled)),
        };
        foreach (var address in new[] { WgFile.HubV4, WgFile.HubV6 })
        {
            await site.Carries(address, Seconds(5));
            await Iperf.Run(site, hub, address);
            await Agent.SendDatagrams(site, hub, address, 1_000, 500, 500);
        }
        foreach (var (host, process) in processes)
        {
            await process.Stop();
            Assert.NotEmpty(Compiled(host));
            // Whoever calls it waits for it then; what is compiled better beside the calls is called Tier1.
            var awaited = Compiled(host).Where(l => l.Contains("Tier0", StringComparison.Ordinal) || l.Contains("FullOpts", StringComparison.Ordinal));
            Assert.DoesNotContain(awaited, l => !AtStart.Any(a => l.Contains($"compiled {a}", StringComparison.Ordinal)));
        }
    }

    [Theory, InlineData(""), InlineData("ciphers")]
    public async Task Nothing_is_compiled_for_a_ping_once_the_engine_is_warm(string off)
    {
        var lab = await Draw("site =isp= hub");
        var (site, hub) = (lab.Host("site"), lab.Host("hub"));
        var tasks = new List<string>();
        foreach (var (host, file) in new[] { (hub, WgFile.Hub()), (site, WgFile.Site(WgFile.At(lab.Wire("isp").Far.V4))) })
        {
            tasks.Add($"/proc/{await (await Up(host, file, off, ListsCompiled)).Pid()}/task");
            await Eventually.Until(() => IsWarmingUp(tasks[^1]), Seconds(5), "the engine to begin to warm up");
        }
        await Eventually.Until(() => !tasks.Exists(IsWarmingUp), Seconds(60), "the engines to be warm");
        await site.Carries(WgFile.HubV4, Seconds(5));
        var before = (Compiled(site).Count, Compiled(hub).Count);
        Assert.InRange(before.Item1, 50, int.MaxValue);
        await site.Run("ping", "-n", "-q", "-c", "300", "-i", "0.005", WgFile.HubV4);
        string[] late = [.. Compiled(site).Skip(before.Item1), .. Compiled(hub).Skip(before.Item2)];
        Assert.True(late.Length == 0, string.Join('\n', late));
    }

    // The first word of who computes AES-256-GCM.
    private static string OpensBy(string off) =>
        off is "ciphers" or "all" || !NativeLibrary.TryLoad("libIPSec_MB.so.1", out _) ? "OpenSSL" : "Intel";

    private static async Task<string> Library(Host host)
    {
        using var status = JsonDocument.Parse((await host.Holdfast("status", "wg0", "--json")).Output);
        var library = status.RootElement.GetProperty("ciphers").GetProperty("aes-256-gcm").GetString()!;
        return library.Split(' ')[0];
    }

    private static bool IsWarmingUp(string tasks) => Directory.GetDirectories(tasks).Any(task =>
    {
        try
        {
            return File.ReadAllText($"{task}/comm").Trim() == "warm-up";
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
    });

    /// <summary>What the runtime compiled of the packet path so far, in its order.</summary>
    private static List<string> Compiled(Host host) => [.. host.ReadFile(CompiledList).Split('\n')
        .Where(line => PacketPath.Any(room => line.Contains($"JIT compiled {room}", StringComparison.Ordinal)))];

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_way_that_takes_no_runs_is_told_once_and_carries_all_the_same(bool outerV6)
    {
        // Runs are never fragmented, and no datagram of a full packet fits.
        var lab = await Draw("site", "hub");
        var (near, far) = (lab.Host("site"), lab.Host("hub"));
        var veth = await lab.AddVeth(near, far, new VethOptions { InterfaceMtu = 1_300 });
        var hub = await Up(far, WgFile.Hub().With("MTU = 1420"), "");
        var site = await Up(near, WgFile.Site(WgFile.At(outerV6 ? veth.Far.V6 : veth.Far.V4)).With("MTU = 1420"), "");
        await near.Carries(WgFile.HubV4, Seconds(5));
        Assert.True((await Iperf.Run(near, far, WgFile.HubV4)).Bytes > 1_000_000);
        Assert.True((await Iperf.Run(near, far, WgFile.HubV4, new IperfOptions { Reverse = true })).Bytes > 1_000_000);
        foreach (var end in new[] { hub, site })
            Assert.Single(end.Errors.Lines, l => l.Contains("does not take datagrams in runs (E", StringComparison.Ordinal));
        Assert.Equal(0, await Counter(near, "TCPOFOQueue"));
        Assert.Equal(0, await Counter(far, "TCPOFOQueue"));
    }

    private static async Task<HostProcess> Up(Host host, WgFile file, string off, Dictionary<string, string?>? environment = null)
    {
        host.WriteFile(file.Path, file.ToString());
        var options = RunOptions.Usual with
        {
            Environment = new Dictionary<string, string?>(environment ?? []) { ["HOLDFAST_NO_OFFLOAD"] = off },
        };
        var process = host.Start(options, HoldfastBinary.Path, "up", file.Path, "--foreground");
        await process.WaitForLine("wg0 is up", Seconds(10));
        return process;
    }

    // Of all protocols together, from the host's own tables.
    private static async Task<long> Counter(Host host, string name)
    {
        var result = await host.Run("nstat", "-asz");
        return result.Lines.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w.Length > 1 && w[0].EndsWith(name, StringComparison.Ordinal))
            .Sum(w => long.Parse(w[1], CultureInfo.InvariantCulture));
    }
}
