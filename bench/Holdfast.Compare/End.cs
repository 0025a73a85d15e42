using Holdfast.Labs;

namespace Holdfast.Comparing;

/// <summary>One end of a tunnel.</summary>
/// <param name="Host">Its host.</param>
/// <param name="OuterAddress">Its own address on the wire.</param>
/// <param name="OuterPeer">The other end's address on the wire.</param>
/// <param name="InnerAddress">Its own address in the tunnel.</param>
/// <param name="InnerPeer">The other end's address in the tunnel.</param>
/// <param name="IsNear">It knows where the other end is and asks first; the far end only listens, as a hub
/// does.</param>
internal sealed record End(Host Host, string OuterAddress, string OuterPeer, string InnerAddress, string InnerPeer,
    bool IsNear);
