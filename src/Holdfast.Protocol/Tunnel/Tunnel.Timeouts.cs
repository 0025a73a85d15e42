using Holdfast.Protocol.Peers;

namespace Holdfast.Protocol;

// Every timer of the protocol (paper, section 6):
// - an unanswered initiation is sent anew after 5 s, for 90 s, and at once where the endpoint changed;
// - data received and nothing sent for 10 s: a keepalive;
// - data sent and nothing received for 15 s: a new handshake;
// - no new session for 540 s: all keys are zeroed;
// - nothing sent or received for the configured time: a persistent keepalive.
public sealed partial class Tunnel
{
    /// <summary>When <see cref="HandleTimeouts"/> wants to be called next; possibly a little early.</summary>
    public MonoTime NextTimeout => _timers.Next;

    /// <summary>
    /// Does what is due. At most <see cref="Limits.TimeoutsPerTurn"/> peers at a time: if more are due,
    /// <see cref="NextTimeout"/> stays in the past.
    /// </summary>
    public void HandleTimeouts(in Now now)
    {
        for (var i = 0; i < Limits.TimeoutsPerTurn && _timers.TakeDue(now.Mono) is { } peer; i++)
        {
            HandleDue(peer, now);
            _timers.Schedule(peer, peer.Timers.Next);
        }
    }

    private void HandleDue(Peer peer, in Now now)
    {
        ref var timers = ref peer.Timers;
        if (Take(ref timers.ZeroKeys, now.Mono)) ZeroKeys(peer);
        if (Take(ref timers.Retransmit, now.Mono)) InitiationUnanswered(peer, now);
        if (Take(ref timers.NewHandshake, now.Mono)) DataUnanswered(peer, now);
        if (Take(ref timers.Keepalive, now.Mono)) KeepaliveDue(peer, now);
        if (Take(ref timers.PersistentKeepalive, now.Mono)) PersistentKeepaliveDue(peer, now);
        if (Take(ref timers.Paths, now.Mono)) PathsDue(peer, now);
    }

    private void ZeroKeys(Peer peer)
    {
        RetireAll(peer);
        DropPaths(peer);
        if (peer.Timers.Retransmit == MonoTime.Never) DropInitiation(peer); // else it is a few seconds old
    }

    private void InitiationUnanswered(Peer peer, in Now now)
    {
        if (peer.IsRedirected)
        {
            Initiate(peer, now, isRetry: true); // the new endpoint had no time to answer yet
            return;
        }
        if (++peer.HandshakeAttempts == Limits.HandshakeAttempts)
        {
            peer.UnansweredInitiations++;
            peer.Timers.Keepalive = MonoTime.Never;
            DropInitiation(peer);
            DropStaged(peer);
            if (peer.Timers.ZeroKeys == MonoTime.Never)
                Arm(peer, ref peer.Timers.ZeroKeys, now.Mono + Limits.ZeroKeysAfter);
            _events.HandshakeGivenUp(peer);
            return;
        }
        CountUnanswered(peer);
        Initiate(peer, now, isRetry: true);
    }

    private void CountUnanswered(Peer peer)
    {
        peer.UnansweredInitiations++;
        _events.HandshakeUnanswered(peer); // may set another endpoint
        peer.Source = NextSource(peer);
    }

    /// <summary>The source address may be what broke, or the uplink: by the host's choice if it may be, and by each of those that lead there in turn.</summary>
    private LocalAddress NextSource(Peer peer)
    {
        var leading = 0;
        foreach (var uplink in Uplinks) leading += uplink.LeadsTo(peer.CurrentEndpoint) ? 1 : 0;
        var hostsChoice = KeepsToUplinks && leading > 0 ? 0 : 1;
        var next = peer.UnansweredInitiations % (leading + hostsChoice) - hostsChoice;
        foreach (var uplink in Uplinks)
            if (uplink.LeadsTo(peer.CurrentEndpoint) && next-- == 0) return new LocalAddress(default, uplink.InterfaceIndex);
        return default;
    }

    private void DataUnanswered(Peer peer, in Now now)
    {
        peer.Source = default;
        Initiate(peer, now);
    }

    private void KeepaliveDue(Peer peer, in Now now)
    {
        SendKeepalive(peer, now);
        if (!peer.NeedsAnotherKeepalive) return;
        peer.NeedsAnotherKeepalive = false;
        Arm(peer, ref peer.Timers.Keepalive, now.Mono + Limits.KeepaliveTimeout);
    }

    private void PersistentKeepaliveDue(Peer peer, in Now now)
    {
        Arm(peer, ref peer.Timers.PersistentKeepalive, now.Mono + TimeSpan.FromSeconds(peer.PersistentKeepalive));
        SendKeepalive(peer, now);
    }

    // --- what arms and disarms them --------------------------------------------------------------------------

    private void DataSent(Peer peer, MonoTime now)
    {
        if (peer.Timers.NewHandshake == MonoTime.Never)
        {
            var wait = Limits.KeepaliveTimeout + Limits.RekeyTimeout + Jitter();
            Arm(peer, ref peer.Timers.NewHandshake, now + wait);
        }
    }

    private void DataReceived(Peer peer, MonoTime now)
    {
        if (peer.Timers.Keepalive == MonoTime.Never)
            Arm(peer, ref peer.Timers.Keepalive, now + Limits.KeepaliveTimeout);
        else
            peer.NeedsAnotherKeepalive = true;
    }

    private void AnyAuthenticatedSent(Peer peer, MonoTime now)
    {
        peer.Timers.Keepalive = MonoTime.Never;
        AnyAuthenticatedTraversal(peer, now);
    }

    private void AnyAuthenticatedReceived(Peer peer, MonoTime now)
    {
        peer.Timers.NewHandshake = MonoTime.Never;
        peer.IsHurried = false; // whatever was said, it is there
        AnyAuthenticatedTraversal(peer, now);
    }

    private void AnyAuthenticatedTraversal(Peer peer, MonoTime now)
    {
        if (peer.PersistentKeepalive == 0) return;
        Arm(peer, ref peer.Timers.PersistentKeepalive, now + TimeSpan.FromSeconds(peer.PersistentKeepalive));
    }

    private void Arm(Peer peer, ref MonoTime timer, MonoTime at)
    {
        timer = at;
        _timers.Schedule(peer, at);
    }

    private static bool Take(ref MonoTime timer, MonoTime now)
    {
        if (!timer.Passed(now)) return false;
        timer = MonoTime.Never;
        return true;
    }

    // Asked for with every change of direction, so it is a sequence of its own (xorshift64) from one unpredictable seed.
    private TimeSpan Jitter()
    {
        if (_jitter == 0)
        {
            Span<byte> seed = stackalloc byte[sizeof(ulong)];
            _random.Fill(seed);
            _jitter = BitConverter.ToUInt64(seed) | 1;
        }
        _jitter ^= _jitter << 13;
        _jitter ^= _jitter >> 7;
        _jitter ^= _jitter << 17;
        return Limits.RekeyTimeoutJitter * ((_jitter >> 11) / (double)(1UL << 53));
    }

    private void DropStaged(Peer peer)
    {
        while (peer.Staged.Count > 0)
        {
            peer.Staged.DropOldest();
            Count(peer, Drop.StagedExpired);
        }
    }
}
