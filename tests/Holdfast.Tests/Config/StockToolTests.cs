using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

/// <summary>The stock wg-quick and wg read what we read.</summary>
public sealed class StockToolTests
{
    private static readonly string[] Lines =
    [
        "[Peer]\nPublicKey = " + TestKeys.C, "[ peer ]\npublickey=" + TestKeys.B, "[Interface]", "[Peers]",
        "AllowedIPs = 10.0.0.1/8", "AllowedIPs = 10.0.0.1/08 , ::1", "AllowedIPs = 010.0.0.1", "AllowedIPs = 10.1",
        "AllowedIPs = ::ffff:1.2.3.4/128", "AllowedIPs = ::1.2.3", "AllowedIPs = 1:2:3:4:5:6:7:8/0",
            "AllowedIPs = 1::2::3",
        "AllowedIPs = 10.0.0.0/", "AllowedIPs = 10.0.0.0/33", "AllowedIPs = fd00::/129", "AllowedIPs = 12345::/16",
        "AllowedIPs = 10.0.0.0/8,", "AllowedIPs = +10.0.0.0/8", "AllowedIPs = 1 0.0. 0.0 / 8", "AllowedIPs = ::%1/128",
        "Pre shared Key = " + TestKeys.C, "PresharedKey = " + TestKeys.C + "=", "PresharedKey = x",
        "PresharedKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", "PersistentKeepalive = OFF",
        "PersistentKeepalive = 007", "PersistentKeepalive = 65536", "PersistentKeepalive = 0x5",
            "Endpoint = 1.2.3.4:51",
        "Endpoint = 2001:db8::1:51", "Endpoint = [1.2.3.4]:051", "Endpoint = [::1]:1 # x", "Endpoint = 1.2.3.4",
        "Endpoint = [::1]", "ListenPort = 0", "ListenPort = 010", "ListenPort = -1", "FwMark = 010", "FwMark = 0x1F",
        "FwMark = 0X1F", "FwMark = 0x", "FwMark = Off", "FwMark = 4294967296", "PrivateKey=" + TestKeys.A, "junk",
            "a=b", "#",
        "Address = 10.9.9.9/24", "add ress = 10.9.9.9/24",
    ];

    [Fact]
    public void Wg_quick_strips_what_we_print_to_what_we_read()
    {
        using var directory = new TestDirectory();
        int seed = Environment.TickCount;
        for (int i = 0; i < 10; i++, seed++)
        {
            var config = RandomConfig.Make(new Random(seed));
            string path = directory.Write(config.Name + ".conf", WgQuickFile.Print(config));
            var (code, text, error) = StockTool.Unshared("", $"exec wg-quick strip {path}");
            Assert.True(code == 0, $"seed {seed}: {error}");
            var stripped = config with
            {
                Addresses = [],
                DnsServers = [],
                DnsSearch = [],
                Mtu = null,
                Table = TableChoice.Auto,
                PreUp = [],
                PostUp = [],
                PreDown = [],
                PostDown = [],
                SaveConfig = false,
            };
            Assert.True(stripped.Equals(WgQuickFile.Parse(path, text).Value), $"seed {seed}: {text}");
        }
    }

    // wg hands what it understood to a userspace implementation by a socket; here that is this test.
    [Fact]
    public async Task Wg_understands_a_file_as_we_do_or_neither_does()
    {
        using var directory = new TestDirectory();
        string[] texts = [.. Texts(Environment.TickCount)];
        for (int i = 0; i < texts.Length; i++) directory.Write($"{i}.conf", texts[i]);
        var heard = new List<string>();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(directory.Path + "/t.sock"));
        listener.Listen(8);
        var answering = Answer(listener, heard);
        string script =
            $"mount -t tmpfs none /run && mkdir /run/wireguard && mount --bind {directory.Path} /run/wireguard "
            + $"&& for i in $(seq 0 {texts.Length - 1}); do wg setconf t {directory.Path}/$i.conf 2>/dev/null; "
            + "echo $?; done";
        var (code, output, error) = await Task.Run(
            () => StockTool.Unshared("--mount", script), TestContext.Current.CancellationToken);
        listener.Close();
        await answering;
        Assert.True(code == 0, error);
        var codes = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(texts.Length, codes.Length);
        int accepted = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            var ours = WgQuickFile.Parse("t.conf", texts[i]);
            string shown = $"{texts[i]}\n{string.Join('\n', ours.Errors)}";
            Assert.True(codes[i] == "0" == (ours.Value is not null), $"wg says {codes[i]}: {shown}");
            if (codes[i] == "0") Assert.Equal(Device(ours.Value!), Canonical(heard[accepted++]));
        }
        Assert.InRange(accepted, texts.Length / 10, texts.Length);
    }

    private static IEnumerable<string> Texts(int seed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds from {seed}");
        for (int i = 0; i < 20; i++)
        {
            var config = RandomConfig.Make(new Random(seed + i), names: false);
            // What wg-quick keeps to itself, wg refuses.
            yield return WgQuickFile.Print(new()
            {
                Name = "t",
                PrivateKey = config.PrivateKey,
                FwMark = config.FwMark,
                ListenPort = config.ListenPort,
                Peers = config.Peers,
            });
        }
        foreach (string line in Lines)
        {
            if (line.StartsWith("Address", StringComparison.Ordinal)) continue;
            yield return $"[Interface]\n{line}\n";
            yield return $"[Peer]\nPublicKey={TestKeys.A}\n{line}\n";
        }
        var random = new Random(seed);
        for (int i = 0; i < 60; i++)
        {
            string first = $"[Peer]\nPublicKey={TestKeys.A}\n";
            string text = first + Lines[random.Next(Lines.Length)] + "\n" + Lines[random.Next(Lines.Length)] + "\n";
            // wg joins two peers of one key, which we refuse.
            if (!text.Contains("Address", StringComparison.Ordinal) && !Repeats(text)) yield return text;
        }
    }

    private static bool Repeats(string text)
        => text.Split(TestKeys.C).Length > 2 || text.Split(TestKeys.B).Length > 2;

    private static async Task Answer(Socket listener, List<string> heard)
    {
        var buffer = new byte[65536];
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (SocketException)
            {
                return;    // closed: the run is over
            }
            using (client)
            {
                var text = new StringBuilder();
                int count;
                while (!text.ToString().EndsWith("\n\n", StringComparison.Ordinal)
                    && (count = await client.ReceiveAsync(buffer)) > 0)
                {
                    text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                }
                if (text.Length == 0) continue;
                heard.Add(text.ToString());
                await client.SendAsync("errno=0\n\n"u8.ToArray());
            }
        }
    }

    // The last peer that names a prefix has it, and its order is of no matter.
    private static string Canonical(string heard)
    {
        var owner = new Dictionary<string, int>();
        var lines = heard.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        var peers = new List<SortedSet<string>>();
        var device = new List<string>();
        foreach (string line in lines)
        {
            if (line.StartsWith("public_key=", StringComparison.Ordinal)) peers.Add(new(StringComparer.Ordinal));
            if (line.StartsWith("allowed_ip=", StringComparison.Ordinal))
            {
                AddressText(line["allowed_ip=".Length..], out string prefix);
                if (owner.TryGetValue(prefix, out int before)) peers[before].Remove("allowed_ip=" + prefix);
                owner[prefix] = peers.Count - 1;
                peers[^1].Add("allowed_ip=" + prefix);
            }
            else if (peers.Count > 0)
            {
                peers[^1].RemoveWhere(l => l.Split('=')[0] == line.Split('=')[0]);
                peers[^1].Add(line);
            }
            else
            {
                device.Add(line);
            }
        }
        return string.Join('\n', device.Concat(peers.SelectMany(p => p))
            .Where(l => l != "persistent_keepalive_interval=0" && l != "preshared_key=" + new string('0', 64)));
    }

    private static void AddressText(string text, out string prefix)
    {
        string[] parts = text.Split('/');
        prefix = Prefix.Of(IPAddress.Parse(parts[0]), int.Parse(parts[1], CultureInfo.InvariantCulture)).ToString();
    }

    private static string Device(TunnelConfig config)
    {
        var text = new StringBuilder("set=1\n");
        text.Append(CultureInfo.InvariantCulture, $"private_key={Hex(config.PrivateKey?.ToBase64())}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"listen_port={config.ListenPort ?? 0}\nfwmark={config.FwMark ?? 0}\n");
        text.Append("replace_peers=true\n");
        foreach (var peer in config.Peers)
        {
            text.Append(CultureInfo.InvariantCulture, $"public_key={Hex(peer.PublicKey.ToString())}\n");
            if (peer.PresharedKey is { } key)
                text.Append(CultureInfo.InvariantCulture, $"preshared_key={Hex(key.ToBase64())}\n");
            foreach (var endpoint in peer.Endpoints)
                text.Append(CultureInfo.InvariantCulture, $"endpoint={endpoint}\n");
            if (peer.PersistentKeepalive is { } seconds)
                text.Append(CultureInfo.InvariantCulture, $"persistent_keepalive_interval={seconds}\n");
            text.Append("replace_allowed_ips=true\n");
            foreach (var prefix in peer.AllowedIps)
                text.Append(CultureInfo.InvariantCulture, $"allowed_ip={prefix}\n");
        }
        return Canonical(text.ToString());
    }

    private static string Hex(string? key)
        => Convert.ToHexStringLower(key is null ? new byte[32] : Convert.FromBase64String(key));
}
