using System.Globalization;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Kernel;

/// <summary>
/// Two hosts on one link in a machine: a hub and a site, of which one has the kernel's WireGuard and the other
/// Holdfast. Seconds in a machine are slow ones; deadlines here are far away, and nothing is timed.
/// </summary>
internal sealed class KernelPair
{
    public const string Interface = "wg0", Link = "net";

    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private const int Port = 9000;

    private const long UnderWay = 200_000;

    private const string CaptureFile = "/run/capture", GoOnFile = "/run/go-on";

    // From the host itself, so that the link stays free. The kernel's module is under load once 512 messages wait: they
    // have to come at once, and UDP's segmentation sends 64 with one call.
    private const string FloodScript = """
        import base64, hashlib, os, socket, struct, sys, time
        key, port = base64.b64decode(sys.argv[1]), int(sys.argv[2])
        mac1 = hashlib.blake2s(b"mac1----" + key).digest()
        def initiation(number):
            start = struct.pack("<II", 1, number) + os.urandom(108)
            return start + hashlib.blake2s(start, key=mac1, digest_size=16).digest() + bytes(16)
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        out.setsockopt(17, 103, 148) # SOL_UDP, UDP_SEGMENT
        many = b"".join(initiation(n) for n in range(64))
        end = time.monotonic() + 600 # long after the test, however slow the machine: it kills this
        while time.monotonic() < end:
            for _ in range(16):
                out.sendto(many, ("127.0.0.1", port))
            print("flooding")
            time.sleep(.3)
        """;

    private const string ConfigFile = "/etc/wireguard/wg0.wg", PeerFile = "/etc/wireguard/peer.wg";

    private static int _pairs;

    // What this process is told to leave off (`make soak`) is left off in the machine, too.
    private static readonly string? Off = Environment.GetEnvironmentVariable("HOLDFAST_NO_OFFLOAD");

    private readonly WgFile _kernelFile, _ourFile;

    private KernelPair(GuestHost hub, WgFile hubFile, GuestHost site, WgFile siteFile, bool kernelInitiates)
    {
        (Hub, Site) = (hub, site);
        (Kernel, _kernelFile, Ours, _ourFile) = kernelInitiates
            ? (site, siteFile, hub, hubFile) : (hub, hubFile, site, siteFile);
    }

    /// <summary>Whether Holdfast leaves the cutting of datagrams to the kernel.</summary>
    public static bool SendsRuns => Off?.Split(',').Any(word => word is "udp-send" or "all") != true;

    public GuestHost Hub { get; }

    public GuestHost Site { get; }

    /// <summary>The one with the kernel's WireGuard.</summary>
    public GuestHost Kernel { get; }

    /// <summary>The one with Holdfast.</summary>
    public GuestHost Ours { get; }

    /// <summary>Draws the hosts. The hub knows no endpoint, so the site initiates.</summary>
    /// <param name="machine">Where.</param>
    /// <param name="kernelInitiates">The site is the kernel's.</param>
    /// <param name="outerV6">The tunnel goes over IPv6.</param>
    /// <param name="preshared">With a preshared key.</param>
    public static async Task<KernelPair> Draw(FullKernel machine, bool kernelInitiates, bool outerV6 = false,
        bool preshared = false)
    {
        var number = Interlocked.Increment(ref _pairs);
        var (hub, site) = ($"hub{number}", $"site{number}");
        await machine.Draw($"{site} -{Link}- {hub}");
        var key = preshared ? KeyPair.Preshared : null;
        var address = outerV6 ? machine.Host(hub).V6(Link) : machine.Host(hub).V4(Link);
        return new KernelPair(
            machine.Host(hub), WgFile.Hub().WithPeer(p => p with { Preshared = key }),
            machine.Host(site), WgFile.Site(WgFile.At(address)).WithPeer(p => p with { Preshared = key }),
            kernelInitiates);
    }

    /// <summary>A word of `wg show` for the only peer, or the peer's last word of a list: its endpoint, its latest
    /// handshake.</summary>
    public static async Task<string> Show(GuestHost host, string what)
        => (await host.Run("wg", "show", Interface, what)).Lines.Single().Split('\t')[^1];

    /// <summary>Waits for a handshake after a moment.</summary>
    /// <param name="since">Unix time, as <see cref="Show"/> gave it.</param>
    public Task ShakesHands(string since) => Eventually.Gives(() => Show(Ours, "latest-handshakes"),
        latest => Number(latest) > Number(since), Patience, "a handshake");

    /// <summary>The kernel counts as an error whatever it got from us and could not read.</summary>
    public async Task KernelHasNoErrors()
    {
        var errors = await Kernel.Run("cat", $"/sys/class/net/{Interface}/statistics/rx_errors");
        // It says in dmesg which packets it did not like.
        var why = errors.Output == "0" ? "" : (await Kernel.Run("dmesg")).Output;
        Assert.True(errors.Output == "0", why);
    }

    /// <summary>Sends a file by TCP, and demands that the same arrives.</summary>
    public static async Task Send(GuestHost from, GuestHost to, string address, int bytes)
    {
        var sending = await StartSending(from, to, address, bytes);
        await sending.GoOn();
        await sending.Arrives();
    }

    /// <summary>Starts to send a file by TCP: half of it, and the rest once it may go on. However slow the machine, what
    /// happens between the two happens within the connection.</summary>
    public static async Task<Sending> StartSending(GuestHost from, GuestHost to, string address, int bytes)
    {
        await from.Run("sh", "-c", string.Create(CultureInfo.InvariantCulture, $"rm -f {GoOnFile}; head -c {bytes} /dev/urandom >/run/file"));
        var wanted = (await from.Run("sha256sum", "/run/file")).Output.Split(' ')[0];
        // The receiver answers with the checksum of what it got.
        var receiver = await to.Start("busybox", "nc", "-l", "-p", $"{Port}", "-e", "sha256sum");
        await Eventually.Gives(() => to.Run("ss", "-Htln", $"sport = {Port}"), sockets => sockets.Output.Length > 0,
            Patience, "the receiver to listen");
        var half = bytes / 2;
        var sender = await from.Start("sh", "-c", $$"""
            { head -c {{half}} /run/file; until [ -e {{GoOnFile}} ]; do sleep .2; done; tail -c +{{half + 1}} /run/file; } |
                busybox nc {{address}} {{Port}}
            """);
        return new Sending(sender, receiver, wanted);
    }

    /// <summary>Puts netem on both ends of the link.</summary>
    /// <param name="faults">As tc-netem(8) has them.</param>
    public async Task Fault(string faults)
    {
        foreach (var host in (GuestHost[])[Hub, Site])
            await host.Run("tc", ["qdisc", "replace", "dev", Link, "root", "netem", .. faults.Split(' ')]);
    }

    /// <summary>Gives the link a rate that a transfer notices.</summary>
    public Task SlowDown() => Fault("rate 10mbit limit 100");

    /// <summary>Waits until the first half of a transfer has got through. Nothing is under way then: what is when a peer
    /// is taken away from the kernel, the kernel itself counts as an error.</summary>
    /// <param name="start">What <see cref="Transferred"/> was before.</param>
    public async Task IsHalfWay(long start)
    {
        var last = start;
        await Eventually.Until(async () =>
        {
            var before = last;
            last = await Transferred();
            return last > start + UnderWay && last == before;
        }, Patience, "half of the transfer to get through");
    }

    /// <summary>Bytes that the kernel's interface counts, both ways.</summary>
    public async Task<long> Transferred()
    {
        var words = (await Kernel.Run("wg", "show", Interface, "transfer")).Output.Split('\t');
        return Number(words[1]) + Number(words[2]);
    }

    /// <summary>Takes the peer away from the kernel and gives it back.</summary>
    public Task KernelForgetsItsSession() => Kernel.Shell($"""
        wg set {Interface} peer {_ourFile.Key.Public} remove
        wg addconf {Interface} {PeerFile}
        """);

    /// <summary>Floods an end with initiations of strangers that know its public key.</summary>
    public async Task<GuestProcess> Flood(GuestHost end)
    {
        var key = (end == Kernel ? _kernelFile : _ourFile).Key.Public;
        var flood = await end.Start("python3", "-uc", FloodScript, key, $"{WgFile.Port}");
        await flood.WaitFor("flooding", Patience);
        return flood;
    }

    /// <summary>Captures what crosses the link.</summary>
    public async Task<GuestProcess> Capture()
    {
        var capture = await Hub.Start("tcpdump", "-i", Link, "-Z", "root", "-U", "-w", CaptureFile, "udp");
        await capture.WaitFor("listening on", Patience);
        return capture;
    }

    /// <summary>Counts what was captured.</summary>
    /// <param name="filter">As pcap-filter(7) has it.</param>
    public async Task<int> Captured(string filter)
        => (await Hub.Run("tcpdump", "-n", "-r", CaptureFile, filter)).Lines.Length;

    /// <summary>kill -9 for our engine.</summary>
    public Task KillOurs() => Ours.Shell("kill -KILL $(pidof holdfast)");

    /// <summary>`holdfast up`, for the first time or after the engine was killed.</summary>
    public async Task UpOurs()
    {
        await Ours.WriteFile(_ourFile.Path, _ourFile.ToString());
        var options = GuestHost.Usual with { Environment = new Dictionary<string, string?> { ["HOLDFAST_NO_OFFLOAD"] = Off } };
        await Ours.Run(options, HoldfastBinary.Path, "up", _ourFile.Path);
    }

    /// <summary>Makes the kernel's interface.</summary>
    public async Task UpKernel()
    {
        var text = _kernelFile.ForWg();
        await Kernel.WriteFile(ConfigFile, text);
        await Kernel.WriteFile(PeerFile, text[text.IndexOf("[Peer]", StringComparison.Ordinal)..]);
        await Kernel.Run("ip", "link", "add", Interface, "type", "wireguard");
        await Kernel.Run("wg", "setconf", Interface, ConfigFile);
        await Kernel.Ip([
            .. _kernelFile.Addresses.Select(a => $"addr add {a} dev {Interface} {(a.Contains(':') ? "nodad" : "")}"),
            $"link set dev {Interface} up"]);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A file on its way.</summary>
    /// <param name="Sender">The program that sends; it ends once it has the receiver's checksum.</param>
    /// <param name="Receiver">The program that receives.</param>
    /// <param name="Wanted">SHA-256 of what is sent.</param>
    internal sealed record Sending(GuestProcess Sender, GuestProcess Receiver, string Wanted)
    {
        /// <summary>Lets the second half follow.</summary>
        public Task GoOn() => Sender.Host.Run("touch", GoOnFile);

        public async Task Arrives()
        {
            var sent = await Sender.Ends(Patience);
            Assert.True(sent.ExitCode == 0, sent.ToString());
            Assert.Equal(Wanted, sent.Output.Split(' ')[0]);
        }
    }
}
