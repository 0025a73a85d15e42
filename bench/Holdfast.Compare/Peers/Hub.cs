using System.Globalization;
using System.Text;
using Holdfast.LabAgents;
using Holdfast.Labs;

namespace Holdfast.Comparing.Peers;

/// <summary>A program that serves thousands of peers on one host.</summary>
internal abstract class Hub
{
    /// <summary>A key that protects nothing, the same in every run.</summary>
    public const string PrivateKey = "KMbYxTjJbAuHkenOIO6OeZah4P94627J2Cj27Uvh+3g=";

    public const string PublicKey = "8DQOis/RbodUTaMkaoHHtJZQr3ZI/v1TrlhxEn9jXSg=";

    public const int Port = 51820;

    protected const string Device = "wg0";

    /// <summary>For what may take long when somebody does it badly.</summary>
    protected static readonly RunOptions Patient = RunOptions.Usual with { Timeout = TimeSpan.FromMinutes(3) };

    /// <summary>Everybody, in the order in which they take turns.</summary>
    public static readonly IReadOnlyList<Hub> All = [new HoldfastHub(), new WireguardGoHub()];

    public abstract string Name { get; }

    /// <summary>Whether a killed hub knows where its peers were, and calls them.</summary>
    public virtual bool Greets => false;

    public static Hub Named(string name) => All.FirstOrDefault(h => h.Name == name)
        ?? throw new FormatException($"{name} is none of {string.Join(", ", All.Select(h => h.Name))}");

    /// <summary>Writes what a hub with these many peers needs.</summary>
    public abstract void Prepare(Host host, int peers);

    /// <summary>Starts it; when this returns it serves all peers, and their routes are there.</summary>
    public abstract Task Start(Host host);

    /// <summary>Ends it, and what it made is gone.</summary>
    public abstract Task Stop(Host host);

    /// <summary>Its process.</summary>
    public abstract int Pid(Host host);

    /// <summary>Each way to look at it, run once.</summary>
    public virtual async Task<IReadOnlyDictionary<Metric, double>> Show(Host host) => new Dictionary<Metric, double>
    {
        [PeersMetric.WgShow] = (await host.Run(Patient, "wg", "show", Device)).Elapsed.TotalSeconds,
    };

    protected static string Peers(int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"[Peer]\nPublicKey = {SwarmSite.Key(i)}\nAllowedIPs = {SwarmSite.Inner(i)}/32\n\n");
        }
        return text.ToString();
    }
}
