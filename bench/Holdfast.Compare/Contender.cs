using Holdfast.Comparing.Contenders;
using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>Something that carries packets between the two hosts of a <see cref="Stage"/>.</summary>
internal abstract class Contender
{
    /// <summary>MTU of every tunnel's interface, in bytes: what WireGuard has on a wire of 1500.</summary>
    public const int Mtu = 1420;

    /// <summary>Everybody, in the order in which they take turns.</summary>
    public static readonly IReadOnlyList<Contender> All =
    [
        new BareWire(), new HoldfastTunnel("holdfast", "auto"), new HoldfastTunnel("holdfast-chacha", "wireguard"),
        new WireguardGo(), new OpenVpn(),
    ];

    /// <summary>Its name, as --only wants it.</summary>
    public abstract string Name { get; }

    /// <summary>Programs that it needs.</summary>
    public virtual IReadOnlyList<string> Programs => [];

    /// <summary>Whether there are processes whose restart and memory can be measured.</summary>
    public virtual bool IsTunnel => true;

    public static Contender Named(string name) => All.FirstOrDefault(c => c.Name == name)
        ?? throw new FormatException($"{name} is none of {string.Join(", ", All.Select(c => c.Name))}");

    /// <summary>Says what it is, in one line.</summary>
    public abstract Task<string> Version(Host host);

    /// <summary>Makes keys and files of both ends.</summary>
    public abstract Task Prepare(Stage stage);

    /// <summary>Starts one end.</summary>
    /// <returns>The process that does the work, or null if none does.</returns>
    public abstract Task<HostProcess?> Start(End end);

    protected static async Task<string> FirstLine(Host host, string program, params string[] arguments)
    {
        var result = await host.Run(RunOptions.Usual with { MayFail = true }, program, arguments);
        return result.Lines is [var line, ..] ? line.Trim() : result.Errors.Split('\n')[0].Trim();
    }
}
