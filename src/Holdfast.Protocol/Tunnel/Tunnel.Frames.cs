using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Noise;
using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol;

// What two Holdfast ends say within a session: 1. the responder, who saw the mark in the initiation, says hello once the session
// is confirmed  2. the initiator, who sends no frame before it got one, answers. Each then seals as both can. A hello that stays
// unanswered is said again with the next traffic, a few times. Frames are no data: for the timers they are keepalives.
public sealed partial class Tunnel
{
    private Drop HandleFrame(
        Peer peer, Keypair keypair, ReadOnlySpan<byte> plain, in Endpoint from, in LocalAddress to, in Now now)
    {
        if (Hello.TryRead(plain, out var hello))
        {
            keypair.Hear(hello);
            if (keypair.IsInitiator && keypair == peer.Current) SayHello(peer, keypair, now);
            if (!hello.Acknowledges && peer.PathTable is { } paths)
            {
                ForgetSent(paths, peer.Previous); // nobody opens it any more
                paths.ForgetPromise(now.Mono);
            }
            if (keypair == peer.Current) FindPaths(peer, now);
            return Drop.None;
        }
        if ((keypair.Offers & Capabilities.Paths) == 0) return Count(peer, Drop.UnknownFrame);
        if (plain[0] is >= Probe.Type and <= Skip.Type) keypair.HearOfPaths();
        if (Probe.TryRead(plain, out var probe)) return HandleProbe(peer, keypair, probe, from, to, now);
        if (Echo.TryRead(plain, out var echo)) return HandleEcho(peer, echo, now);
        if (Acknowledgement.TryRead(plain, out var told)) return HandleAcknowledgement(peer, told, from, to, now);
        if (Lost.TryRead(plain, out var lost)) return HandleLost(peer, lost, now);
        if (Skip.TryRead(plain, out var skip)) return HandleSkip(peer, keypair, skip, now.Mono);
        return Count(peer, Drop.UnknownFrame);
    }

    private void SayHello(Peer peer, Keypair keypair, in Now now)
    {
        if (!keypair.MaySeal(now.Mono)) return;
        Span<byte> plain = stackalloc byte[Hello.Bytes];
        keypair.SayHello(peer.PathTable is { Acknowledges: true }, now.Mono).Write(plain);
        SendSealed(peer, keypair, plain, now);
    }
}
