using System.Net;
using System.Net.Sockets;
using Holdfast.Engine.Config;
using Holdfast.Protocol;
using Holdfast.Protocol.Peers;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engine.Transports;

/// <summary>
/// The endpoints of a tunnel's peers as they are written. Names are looked up on other threads, so that no packet waits for a
/// name server. While handshakes stay unanswered, the candidates are tried in turn: those of the configuration, names looked up
/// again, and the address where the peer was last.
/// </summary>
internal sealed class PeerEndpoints(Func<Action, bool> postToEngine, ILogger log) : IDisposable
{
    /// <summary>One unanswered initiation may be loss; after the second the endpoint is doubted.</summary>
    private const int PatienceInInitiations = 2;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    // --- engine thread only --------------------------------------------------------------------------------
    private readonly Dictionary<Peer, Entry> _entries = [];
    private readonly CancellationTokenSource _ended = new();

    /// <summary>As written, for status; empty for a peer whose endpoint was learned or set by address.</summary>
    internal IReadOnlyList<EndpointSpec> SpecsOf(Peer peer) => _entries.GetValueOrDefault(peer)?.Specs ?? [];

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
        entry.Index = (entry.Index + 1) % (entry.Specs.Count + (entry.Seen.IsKnown ? 1 : 0));
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
        entry.Lookup = LookUpAsync(peer, entry, spec, _ended.Token);
    }

    private async Task LookUpAsync(Peer peer, Entry entry, EndpointSpec spec, CancellationToken ended)
    {
        try
        {
            for (var wait = FirstRetry; ; wait = wait * 2 < LastRetry ? wait * 2 : LastRetry)
            {
                try
                {
                    var addresses = await Dns.GetHostAddressesAsync(spec.Host, ended).ConfigureAwait(false);
                    postToEngine(() => Found(peer, entry, spec, addresses));
                    return;
                }
                catch (SocketException e)
                {
                    Log.NameNotResolved(log, spec.Host, e.Message, wait);
                }
                await Task.Delay(wait, ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            Log.LookUpEnded(log, spec.Host);
        }
    }

    /// <summary>Each look-up takes the next of a name's addresses, in the order of the system's preference (RFC 6724).</summary>
    private void Found(Peer peer, Entry entry, EndpointSpec spec, IPAddress[] addresses)
    {
        entry.IsLookingUp = false;
        if (_entries.GetValueOrDefault(peer) != entry || addresses.Length == 0) return;
        if (peer.HasSession && peer.UnansweredInitiations == 0) return; // found meanwhile
        var address = addresses[entry.Lookups++ % addresses.Length];
        Log.NameResolved(log, spec.Host, address);
        peer.SetEndpoint(Endpoint.From(new IPEndPoint(address, spec.Port)));
        Resolved?.Invoke(peer);
    }

    /// <summary>Raised on the engine's thread when a name gave the peer an address.</summary>
    internal event Action<Peer>? Resolved;

    private sealed class Entry(IReadOnlyList<EndpointSpec> specs)
    {
        internal IReadOnlyList<EndpointSpec> Specs { get; } = specs;

        /// <summary>The candidate in use: -1 before the first of the specs, their number for <see cref="Seen"/>.</summary>
        internal int Index { get; set; } = -1;

        internal Endpoint Seen { get; set; }

        internal int Lookups { get; set; }

        internal bool IsLookingUp { get; set; }

        internal Task Lookup { get; set; } = Task.CompletedTask;
    }
}
