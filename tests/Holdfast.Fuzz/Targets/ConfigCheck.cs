using Holdfast.Engine.Config;

namespace Holdfast.Fuzz.Targets;

/// <summary>What holds of every result of reading a configuration.</summary>
internal static class ConfigCheck
{
    internal const string Key = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
    internal const string PublicKey = "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=";

    internal static void Result<T>(ConfigResult<T> result)
        where T : class
    {
        if (result.Value is null != result.Errors.Count > 0) throw new FindingException("neither errors nor a value, or both");
        if (result.Errors.Count > ConfigLimits.Findings || result.Warnings.Count > ConfigLimits.Findings)
            throw new FindingException("more findings than anybody reads");
        foreach (var finding in result.Errors.Concat(result.Warnings))
        {
            if (finding.ToString().Any(char.IsControl)) throw new FindingException("a finding with control characters");
            if (finding.Message.Length > 400) throw new FindingException("a finding that is too long");
        }
    }

    internal static void WgQuick(TunnelConfig config)
    {
        var text = WgQuickFile.Print(config);
        var again = WgQuickFile.Parse(config.Name + WgQuickFile.Extension, text).Value
            ?? throw new FindingException("as a wg-quick file it is not read again");
        try
        {
            var expected = config with { Peers = [.. config.Peers.Select(Plain)] };
            if (again != expected) throw new FindingException("as a wg-quick file it is another configuration");
        }
        finally
        {
            again.ForgetKeys();
        }
    }

    internal static void Yaml(NodeConfig config)
    {
        var text = YamlFile.Print(config);
        var again = YamlFile.Parse("f.yaml", text, new NoFiles()).Value
            ?? throw new FindingException("as YAML it is not read again");
        try
        {
            if (again != config) throw new FindingException("as YAML it is another configuration");
        }
        finally
        {
            foreach (var tunnel in again.Tunnels) tunnel.ForgetKeys();
        }
    }

    // Names, and endpoints behind the first, become comments in such a file.
    private static PeerConfig Plain(PeerConfig peer) =>
        peer with { Name = null, Endpoints = peer.Endpoints.Count > 1 ? [peer.Endpoints[0]] : peer.Endpoints };
}
