using System.Reflection;

namespace Holdfast.Engine;

/// <summary>The version of this build.</summary>
public static class HoldfastVersion
{
    /// <summary>As in <c>holdfast --version</c>.</summary>
    public static string Text { get; } =
        typeof(HoldfastVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
