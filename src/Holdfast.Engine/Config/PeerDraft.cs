using System.Net;
using Holdfast.Crypto;
using Holdfast.Protocol.Paths;

namespace Holdfast.Engine.Config;

/// <summary>A peer while its file is being read.</summary>
internal sealed class PeerDraft(Place place)
{
    public Place Place { get; } = place;

    public string? Name { get; set; }

    public PublicKey? PublicKey { get; set; }

    public Place PublicKeyPlace { get; set; }

    public Secret? PresharedKey { get; set; }

    public List<(IPNetwork Prefix, Place Place)> AllowedIps { get; } = [];

    public List<EndpointSpec> Endpoints { get; } = [];

    public ushort? Keepalive { get; set; }

    public PathMode Paths { get; set; }

    public PeerConfig Finish() => new()
    {
        Name = Name,
        PublicKey = PublicKey.GetValueOrDefault(),
        PresharedKey = PresharedKey,
        AllowedIps = [.. AllowedIps.Select(a => a.Prefix)],
        Endpoints = [.. Endpoints],
        PersistentKeepalive = Keepalive,
        Paths = Paths,
    };
}
