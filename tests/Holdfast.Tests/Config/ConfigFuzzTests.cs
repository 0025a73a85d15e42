using System.Text;
using Holdfast.Engine.Config;

namespace Holdfast.Tests.Config;

/// <summary>Whatever is done to a file, reading it ends, with a result.</summary>
public sealed class ConfigFuzzTests
{
    private const string Yaml = $"""
        node: {"{name: site7}"}
        tunnels:
          - name: hf0
            private_key: {TestKeys.A}
            addresses: [10.7.0.2/24, "fd07::2/64"]
            listen: ["udp://:51820"]
            table: auto
            peers:
              - name: hub
                public_key: '{TestKeys.B}'
                allowed_ips: [10.7.0.0/24, "fd07::/64"]
                endpoints: ["udp://203.0.113.5:51820", "hub.example.org:51820"]
                keepalive: 25
        """;

    private static readonly string[] Pieces =
        ["[", "]", "{", "}", ":", ": ", "- ", ",", "#", "=", "\n", "\r", "\t", "\0", "\"", "'", "|", ">", "&a ", "*a",
        "!!x ", "%", "---\n", "...\n", "?", "\uFEFF", "\uD800", "é", "[Peer]", "/", "0", "::", "[[[[[[[[", "{{{{{{{{",
            "\u2028"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_makes_a_reader_throw_or_hang(bool yaml)
    {
        int first = Environment.TickCount;
        string good = yaml ? Yaml : WgQuickFile.Print(RandomConfig.Make(new Random(first)));
        var work = Task.Run(() =>
        {
            for (int seed = first; seed < first + (yaml ? 3000 : 20000); seed++)
                Try(yaml, Mutate(good, new(seed)), seed);
        }, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"seeds from {first}");
        await work.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: ")]
    [InlineData("[{")]
    [InlineData("a:\n ")]
    [InlineData("\"")]
    [InlineData("#")]
    [InlineData("\t")]
    [InlineData("&a [")]
    [InlineData("- &a a\n- *a\n")]
    public async Task Long_repetitions_end_soon(string piece)
    {
        string text = string.Concat(Enumerable.Repeat(piece, 20_000));
        var work = Task.Run(() => Try(true, text, 0), TestContext.Current.CancellationToken);
        await work.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    // Once each address was looked up among all before it.
    [Fact]
    public async Task Very_many_addresses_are_soon_read()
    {
        var addresses = Enumerable.Range(0, 300_000).Select(n => new System.Net.IPAddress(0x0000000AL + ((long)n << 8)));
        var text = $"[Interface]\nAddress = {string.Join(", ", addresses)}\n";
        var work = Task.Run(() => WgQuickFile.Parse("f.conf", text), TestContext.Current.CancellationToken);
        var result = await work.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(300_000, result.Value?.Addresses.Count);
    }

    private static void Try(bool yaml, string text, int seed)
    {
        try
        {
            if (yaml)
                Check(YamlFile.Parse("f.yaml", text, new MemoryFiles()));
            else
                Check(WgQuickFile.Parse("f.conf", text));
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"seed {seed}: {text}", fault);
        }
    }

    private static void Check<T>(ConfigResult<T> result)
        where T : class
    {
        Assert.Equal(result.Value is null, result.Errors.Count > 0);
        foreach (var finding in result.Errors.Concat(result.Warnings))
            Assert.DoesNotContain('\n', finding.ToString());
        if (result.Value is TunnelConfig config)
            Assert.Equal(config, WgQuickFile.Parse(result.File, WgQuickFile.Print(config)).Value);
    }

    private static string Mutate(string good, Random random)
    {
        var text = new StringBuilder(good);
        for (int n = random.Next(1, 5); n > 0; n--)
        {
            int at = random.Next(text.Length);
            int count = Math.Min(random.Next(1, 12), text.Length - at);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, count);
                    break;
                case 1:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    text.Insert(at, text.ToString(random.Next(text.Length - count + 1), count));
                    break;
                default:
                    text[at] = (char)random.Next(random.Next(2) == 0 ? 128 : 65536);
                    break;
            }
            if (text.Length == 0) text.Append(' ');
        }
        return text.ToString();
    }
}
