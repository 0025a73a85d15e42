using Holdfast.Crypto;

namespace Holdfast.Engine.Config;

/// <summary>Reads the key files that a YAML file names.</summary>
internal sealed class KeyFiles(string configPath, IConfigFiles files, ConfigFindings findings)
{
    /// <summary>The key in that file, or null with an error at <paramref name="place"/>.</summary>
    public Secret? Read(string file, Place place, bool zerosAreNone)
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(configPath) ?? "", file);
        string quoted = ConfigFindings.Quote(file);
        try
        {
            if (file.Contains('\0', StringComparison.Ordinal)) throw new IOException("its name has a zero byte");
            var text = files.Read(path, ConfigLimits.KeyFileBytes);
            if (text.IsOpenToOthers)
            {
                findings.Error(place, $"others can read the key file {quoted}", $"chmod 600 {path}");
                return null;
            }
            ValueText.TrySecret(text.Text.AsSpan().Trim(), out var key, out var problem);
            if (problem == default && key is null && !zerosAreNone) problem = ValueText.ZeroKey;
            if (problem != default) findings.Error(place, $"in {quoted}, {problem.What}", problem.Hint);
            return key;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            findings.Error(place, $"can't read the key file {quoted}: {fault.Message.TrimEnd('.')}",
                "create it, or correct the path");
        }
        return null;
    }
}
