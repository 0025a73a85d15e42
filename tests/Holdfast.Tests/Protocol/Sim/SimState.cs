using Holdfast.Crypto;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>What a node's state directory keeps over a restart.</summary>
internal sealed record SimState
{
    /// <summary>The reserve of handshake timestamps: the next run begins above it.</summary>
    public Tai64n Floor { get; set; }

    /// <summary>Where each peer was last.</summary>
    public Dictionary<PublicKey, Endpoint> Endpoints { get; private init; } = [];

    public SimState Copy() => new() { Floor = Floor, Endpoints = new(Endpoints) };
}
