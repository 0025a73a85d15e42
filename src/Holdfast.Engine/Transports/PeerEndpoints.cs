using System.Net;
using System.Net.Sockets;
using Holdfast.Engine.Config;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Transports;

/// <summary>
/// The endpoints of a tunnel's peers as they are written. Names are looked up on other threads, so that no packet waits for a
/// name server. While handshakes stay unanswered, the candidates are tried in turn: those of the configuration, names looked up
/// again, and the address where the peer was last.
/// </summary>
internal sealed class PeerEndpoints(Func<Action, Task> onEngine, ILogger log) : IDisposable
{
    /// <summary>One unanswered initiation may be loss; after the second the endpoint is doubted.</summary>
    private const int PatienceInInitiations = 2;

    // --- engine thread only --------------------------------------------------------------------------------
    private readonly Dictionary<Peer, Entry> _entries = [];
    private readonly CancellationTokenSource _ended = new();

    /// <summary>As written, for status; empty for a peer whose endpoint was learned or set by address.</summary>
    internal IReadOnlyList<EndpointSpec> SpecsOf(Peer peer) => _entries.GetValueOrDefault(peer)?.Specs ?? [];

    /// <summary>All addresses that a peer is known to have: written ones, and those that its names have.</summary>
    internal IReadOnlyList<Endpoint> AddressesOf(Peer peer) => _entries.GetValueOrDefault(peer) is not { } entry ? []
        : [.. entry.Specs.Where(s => s.Address is not null).Select(s => Endpoint.From(new IPEndPoint(s.Address!, s.Port)))
            .Concat(entry.Found).Distinct()];

    /// <summary>
    /// Sets a peer's endpoints. An address is used at once, a name when it is known. With <paramref name="seen"/>, the peer was
    /// there under the same configuration, which is better evidence than the file.
    /// </summary>
    internal void Set(Peer peer, IReadOnlyList<EndpointSpec> specs, Endpoint seen)
    {
        _entries.Remove(peer);
        if (specs.Count == 0) return;
        var entry = _entries[peer] = new Entry(specs) { Seen = seen };
        if (seen.IsKnown) peer.SetEndpoint(seen);
        else Use(peer, entry);
    }

    internal void Forget(Peer peer) => _entries.Remove(peer);

    /// <summary>The peer answered from an address of its own choice.</summary>
    internal void Seen(Peer peer)
    {
        if (_entries.TryGetValue(peer, out var entry)) entry.Seen = peer.Endpoint;
    }

    /// <summary>A handshake stays unanswered: try the next candidate.</summary>
    internal void Unanswered(Peer peer)
    {
        if (peer.UnansweredInitiations % PatienceInInitiations != 0) return;
        if (!_entries.TryGetValue(peer, out var entry)) return;
        entry.Index = (entry.Index + 1) % entry.Candidates;
        Use(peer, entry);
    }

    /// <summary>Ends when the names that are being looked up are known.</summary>
    internal Task LookupsUnderWay() => Task.WhenAll(_entries.Values.Select(e => e.Lookup));

    /// <summary>No look-up goes on after this.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private void Use(Peer peer, Entry entry)
    {
        if (entry.Index == entry.Specs.Count)
        {
            peer.SetEndpoint(entry.Seen);
            return;
        }
        var spec = entry.Specs[Math.Max(0, entry.Index)];
        if (spec.Address is { } address)
        {
            peer.SetEndpoint(Endpoint.From(new IPEndPoint(address, spec.Port)));
            return;
        }
        if (entry.IsLookingUp) return;
        entry.IsLookingUp = true;
        entry.Lookup = LookUpAsync(peer, entry, spec, entry.Pause, _ended.Token);
    }

    /// <summary>One look-up, after a pause if earlier ones failed. What comes of it is told to the engine's thread.</summary>
    private async Task LookUpAsync(Peer peer, Entry entry, EndpointSpec spec, TimeSpan pause, CancellationToken ended)
    {
        try
        {
            if (pause > TimeSpan.Zero) await Task.Delay(pause, ended).ConfigureAwait(false);
            var addresses = await TryLookUpAsync(spec, ended).ConfigureAwait(false);
            await onEngine(() => LookedUp(peer, entry, spec, addresses)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or EngineEndedException)
        {
            Log.LookUpEnded(log, spec.Host);
        }
    }

    private async Task<IPAddress[]> TryLookUpAsync(EndpointSpec spec, CancellationToken ended)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(spec.Host, ended).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            Log.NameNotResolved(log, spec.Host, e.Message);
            return [];
        }
    }

    private void LookedUp(Peer peer, Entry entry, EndpointSpec spec, IPAddress[] addresses)
    {
        entry.IsLookingUp = false;
        if (_entries.GetValueOrDefault(peer) != entry) return; // removed, or configured anew
        if (addresses.Length > 0) Found(peer, entry, spec, addresses);
        else NotFound(peer, entry);
    }

    /// <summary>Each look-up takes the next of a name's addresses, in the order of the system's preference (RFC 6724).</summary>
    private void Found(Peer peer, Entry entry, EndpointSpec spec, IPAddress[] addresses)
    {
        entry.Failures = 0;
        entry.Found = [.. entry.Found.Where(e => e.Port != spec.Port).Concat(
            addresses.Select(a => Endpoint.From(new IPEndPoint(a, spec.Port)))).Distinct().Take(PathLimits.Endpoints)];
        if (peer.HasSession && peer.UnansweredInitiations == 0) return; // found meanwhile
        var address = addresses[entry.Lookups++ % addresses.Length];
        Log.NameResolved(log, spec.Host, address);
        var last = peer.Endpoint;
        peer.SetEndpoint(Endpoint.From(new IPEndPoint(address, spec.Port)));
        Resolved?.Invoke(peer, peer.Endpoint != last);
    }

    /// <summary>A name that nobody knows does not stand in the way of the next candidate.</summary>
    private void NotFound(Peer peer, Entry entry)
    {
        entry.Failures++;
        entry.Index = (Math.Max(0, entry.Index) + 1) % entry.Candidates;
        var last = peer.Endpoint;
        Use(peer, entry);
        if (peer.Endpoint.IsKnown) Resolved?.Invoke(peer, peer.Endpoint != last);
    }

    /// <summary>Raised on the engine's thread when a look-up gave the peer an address, and whether that is another one than
    /// before.</summary>
    internal event Action<Peer, bool>? Resolved;

    private sealed class Entry(IReadOnlyList<EndpointSpec> specs)
    {
        internal IReadOnlyList<EndpointSpec> Specs { get; } = specs;

        /// <summary>The candidate in use: -1 before the first of the specs, their number for <see cref="Seen"/>.</summary>
        internal int Index { get; set; } = -1;

        internal Endpoint Seen { get; set; }

        /// <summary>What the names were, when they were last looked up.</summary>
        internal Endpoint[] Found { get; set; } = [];

        internal int Candidates => Specs.Count + (Seen.IsKnown ? 1 : 0);

        internal int Lookups { get; set; }

        /// <summary>Look-ups in a row that found nothing.</summary>
        internal int Failures { get; set; }

        /// <summary>Each name gets a try at once; then longer and longer pauses, up to half a minute.</summary>
        internal TimeSpan Pause => Failures < Specs.Count ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Min(30, 1 << Math.Min(5, Failures / Specs.Count - 1)));

        internal bool IsLookingUp { get; set; }

        internal Task Lookup { get; set; } = Task.CompletedTask;
    }
}
