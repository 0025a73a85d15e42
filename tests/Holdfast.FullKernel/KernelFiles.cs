namespace Holdfast.FullKernels;

/// <summary>
/// Debian's kernel as `build/setup lab` unpacks it: /boot and /lib/modules of the package linux-image-amd64. It is not
/// installed, so that the machine that tests never boots it.
/// </summary>
internal sealed class KernelFiles
{
    /// <summary>Where `build/setup lab` puts it; the same in each machine that is booted.</summary>
    public const string Directory = "/var/cache/holdfast-lab/kernel";

    private readonly string _modules;
    private readonly Dictionary<string, string> _paths = [];
    private readonly Dictionary<string, string[]> _needs = [];

    private KernelFiles(string image, string modules)
    {
        (Image, _modules) = (image, modules);
        foreach (var line in File.ReadLines(Path.Combine(modules, "modules.dep")))
        {
            // kernel/a/b.ko: kernel/c/d.ko kernel/e/f.ko
            var (path, needs) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..]);
            _paths[NameOf(path)] = path;
            _needs[path] = needs.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>The compressed kernel.</summary>
    public string Image { get; }

    /// <summary>Finds the kernel.</summary>
    /// <exception cref="LabException">It is not there.</exception>
    public static KernelFiles Find()
    {
        var modules = Path.Combine(Directory, "lib/modules");
        var versions = System.IO.Directory.Exists(modules) ? System.IO.Directory.GetDirectories(modules) : [];
        if (versions is not [var version])
            throw new LabException($"{modules} has {versions.Length} kernels, not one: run `build/setup lab` as root");
        return new KernelFiles(Path.Combine(Directory, $"boot/vmlinuz-{Path.GetFileName(version)}"), version);
    }

    /// <summary>Files of modules and of all that they depend on, in the order in which they can be
    /// loaded. What is built into the kernel has none.</summary>
    /// <param name="names">Names of modules.</param>
    public IReadOnlyList<string> LoadOrder(params IEnumerable<string> names)
    {
        var order = new List<string>();
        foreach (var name in names)
        {
            if (!_paths.TryGetValue(NameOf(name), out var path))
                throw new LabException($"{_modules} has no module {name}");
            // depmod lists the nearest first, and leaves nothing out.
            foreach (var each in _needs[path].Reverse().Append(path).Where(p => !order.Contains(p)))
                order.Add(each);
        }
        return [.. order.Select(p => Path.Combine(_modules, p))];
    }

    private static string NameOf(string path) => Path.GetFileName(path).Split('.')[0].Replace('-', '_');
}
