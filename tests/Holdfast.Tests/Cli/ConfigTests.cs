using System.Runtime.Versioning;
using System.Text.Json;

namespace Holdfast.Tests.Cli;

[SupportedOSPlatform("linux")]
public sealed class ConfigTests : IDisposable
{
    private const string PrivateKey = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
    private const string PresharedKey = "FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=";
    private const string PeerKey = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";

    private const string Text = $"""
        [Interface]
        PrivateKey = {PrivateKey}
        Address = 10.7.0.2/24, fd07::2/64
        DNS = 192.0.2.53, example.org
        PostUp = touch MARK
        [Peer]
        PublicKey = {PeerKey}
        PresharedKey = {PresharedKey}
        AllowedIPs = 10.7.0.0/24, fd07::/64
        Endpoint = [2001:db8::1]:51820

        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("holdfast-cli-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_file_that_is_right_is_summed_up()
    {
        string file = Write("wg0.conf", Text);
        var run = await Run.Of("config", "check", file);
        Assert.Equal((0, ""), (run.Code, run.Error));
        const string Summary = "wg0: 10.7.0.2/24, fd07::2/64; 1 peer, 2 prefixes, table auto, with commands";
        Assert.Equal($"{file} is right\n{Summary}\n", run.Out);
    }

    [Fact]
    public async Task Every_error_is_one_line_with_its_place()
    {
        string file = Write("wg0.conf", Text.Replace("Address", "Adress", StringComparison.Ordinal)
            .Replace(":51820", "", StringComparison.Ordinal));
        var run = await Run.Of("config", "check", file);
        Assert.Equal((1, ""), (run.Code, run.Out));
        string[] lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Equal(
            $"holdfast: error: {file}:3:1: unknown key 'Adress' in [Interface]; did you mean Address?", lines[0]);
        Assert.StartsWith($"holdfast: error: {file}:10:", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_leaves_the_file_right()
    {
        string file = Write("wg0.conf", Text.Replace("PostUp", "# PostUp", StringComparison.Ordinal));
        // The directory counts as well, by the rule of wg-quick.
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
        File.SetUnixFileMode(_directory, File.GetUnixFileMode(_directory) | UnixFileMode.OtherRead);
        var run = await Run.Of("config", "check", file);
        Assert.Equal(0, run.Code);
        Assert.StartsWith($"holdfast: warning: {file}: ", run.Error, StringComparison.Ordinal);
        Assert.StartsWith($"{file} is right\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        string file = $"{_directory}/none.conf";
        var run = await Run.Of("config", "check", file);
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Equal($"holdfast: error: {file}: there is no such file; create it, or correct the name\n", run.Error);
    }

    [Theory]
    [InlineData("Address", true)]
    [InlineData("Adress", false)]
    public async Task Findings_come_as_JSON(string key, bool right)
    {
        string file = Write("wg0.conf", Text.Replace("Address", key, StringComparison.Ordinal));
        var run = await Run.Of("config", "check", file, "--json");
        Assert.Equal((right ? 0 : 1, ""), (run.Code, run.Error));
        var root = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(["file", "right", "errors", "warnings", "tunnels"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal((file, right), (root.GetProperty("file").GetString(), root.GetProperty("right").GetBoolean()));
        if (right)
        {
            var tunnel = Assert.Single(root.GetProperty("tunnels").EnumerateArray());
            Assert.Equal("wg0", tunnel.GetProperty("name").GetString());
            return;
        }
        var error = Assert.Single(root.GetProperty("errors").EnumerateArray());
        Assert.Equal((3, 1), (error.GetProperty("line").GetInt32(), error.GetProperty("column").GetInt32()));
        Assert.Equal("did you mean Address?", error.GetProperty("hint").GetString());
    }

    [Theory]
    [InlineData("wg")]
    [InlineData("yaml")]
    public async Task Keys_are_shown_only_when_asked_for(string format)
    {
        string file = Write("wg0.conf", Text);
        var hidden = await Run.Of("config", "show", file, "--format", format);
        Assert.Equal((0, ""), (hidden.Code, hidden.Error));
        Assert.Contains("(hidden)", hidden.Out, StringComparison.Ordinal);
        Assert.Contains(PeerKey, hidden.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(PrivateKey, hidden.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(PresharedKey, hidden.Out, StringComparison.Ordinal);
        var shown = await Run.Of("config", "show", file, "--format", format, "--show-keys");
        Assert.Equal(hidden.Out, shown.Out.Replace(PrivateKey, "(hidden)", StringComparison.Ordinal)
            .Replace(PresharedKey, "(hidden)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("wg", "b0.conf")]
    [InlineData("yaml", "b0.yaml")]
    public async Task What_is_shown_means_the_same(string format, string name)
    {
        string file = Write("wg0.conf", Text.Replace("PostUp", "# PostUp", StringComparison.Ordinal));
        var shown = await Run.Of("config", "show", file, "--format", format, "--show-keys");
        var again = await Run.Of("config", "show", Write(name, shown.Out), "--format", "wg", "--show-keys");
        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.Equal((await Run.Of("config", "show", file, "--show-keys")).Out, again.Out);
    }

    [Theory]
    [InlineData("yaml", "    cipher: wireguard\n")]
    [InlineData("wg", "# Cipher = wireguard\n")]
    public async Task A_cipher_that_is_not_the_default_is_shown(string format, string line)
    {
        async Task<string> Shown(string cipher)
        {
            string file = Write("node.yaml", $"tunnels: [{{name: hf0, private_key: \"{PrivateKey}\"{cipher}}}]\n");
            var run = await Run.Of("config", "show", file, "--format", format);
            Assert.Equal((0, ""), (run.Code, run.Error));
            return run.Out;
        }
        Assert.Contains(line, await Shown(", cipher: wireguard"), StringComparison.Ordinal);
        Assert.Equal(await Shown(""), await Shown(", cipher: auto"));
        Assert.Equal(await Shown(""), (await Shown(", cipher: wireguard")).Replace(line, "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_tunnel_of_several_has_to_be_chosen_for_wg_quick_s_format()
    {
        string tunnel(string name) => $"  - {{name: {name}, private_key: \"{PrivateKey}\"}}\n";
        string file = Write("node.yaml", $"tunnels:\n{tunnel("hf0")}{tunnel("hf1")}");
        var undecided = await Run.Of("config", "show", file, "--format", "wg");
        Assert.Equal((1, ""), (undecided.Code, undecided.Out));
        Assert.Equal($"holdfast: {file}: 2 tunnels in it; choose one with --tunnel\n", undecided.Error);
        var chosen = await Run.Of("config", "show", file, "--tunnel", "hf1");
        Assert.Equal((0, "tunnels:\n  - name: \"hf1\"\n    private_key: \"(hidden)\"\n"), (chosen.Code, chosen.Out));
        Assert.Equal(1, (await Run.Of("config", "show", file, "--tunnel", "hf2")).Code);
    }

    [Fact]
    public async Task No_command_of_a_file_is_run()
    {
        string mark = Path.Combine(_directory, "mark");
        string file = Write("wg0.conf", Text.Replace("MARK", mark, StringComparison.Ordinal));
        await Run.Of("config", "check", file);
        var shown = await Run.Of("config", "show", file);
        Assert.Contains($"PostUp = touch {mark}\n", shown.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(mark));
    }

    [Fact]
    public async Task The_schema_is_JSON()
    {
        var run = await Run.Of("config", "schema");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(Holdfast.Engine.Config.ConfigSchema.Text(), run.Out);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(run.Out).RootElement.ValueKind);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
