using System.Reflection;
using System.Runtime.Loader;

namespace Holdfast.Fuzz.Instrumentation;

/// <summary>
/// Loads our assemblies, and the YAML parser, with counters in them; this program itself is loaded a second time, so that its
/// targets call those.
/// </summary>
internal sealed class InstrumentedContext() : AssemblyLoadContext("instrumented")
{
    /// <summary>Loads this program's twin, and runs its entry.</summary>
    internal static int Run(string[] arguments)
    {
        var twin = new InstrumentedContext().LoadFromAssemblyPath(typeof(InstrumentedContext).Assembly.Location);
        var entry = twin.GetType(typeof(Program).FullName!)!.GetMethod(nameof(Program.Start), BindingFlags.Static | BindingFlags.NonPublic)!;
        return (int)entry.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [arguments], null)!;
    }

    /// <summary>Whether the calling code is the twin.</summary>
    internal static bool IsHere => GetLoadContext(typeof(InstrumentedContext).Assembly) != Default;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        if (name == "Holdfast.Fuzz") return LoadFromAssemblyPath(typeof(InstrumentedContext).Assembly.Location);
        var ours = name == "holdfast" || name == "YamlDotNet" || name.StartsWith("Holdfast.", StringComparison.Ordinal);
        return ours ? LoadFromStream(Instrumenter.Instrument(Path.Combine(AppContext.BaseDirectory, name + ".dll"))) : null;
    }
}
