using System.Globalization;
using Holdfast.Control;
using Holdfast.Linux.Netlink;
using Holdfast.Protocol;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;

namespace Holdfast.Engine;

/// <summary>A path to a peer at one moment, copied on the engine's thread.</summary>
internal sealed class PathMoment(Peer peer, PeerPath path, MonoTime now)
{
    private readonly bool _carries = peer.IsCarriedBy(path);
    private readonly PathChoice _choice = peer.PathMode == PathMode.Redundant && !peer.IsCarriedBy(path) ? PathChoice.None : peer.ChoiceOf(path, now);
    private readonly double? _share = peer.ShareOf(path, now);
    private readonly PeerPath _path = path; // what never changes is read from it later
    private readonly (PathState State, string Cause) _state = (path.State, CauseOf(path));
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow - (now - path.Since);
    private readonly (TimeSpan RoundTrip, TimeSpan Jitter) _times = (path.RoundTripTime, path.Jitter);
    private readonly (long Packets, long Bytes, long Again) _sent = (path.SentPackets, path.SentBytes, path.Resent);
    private readonly (double BytesPerSecond, bool Rests) _rate = (path.BytesPerSecond, path.Rests(now));
    private readonly (long Packets, long Of) _arrived = (path.ArrivedPackets, path.ArrivedOf), _came = (path.CamePackets, path.CameOf);
    private readonly (bool Backup, bool Metered) _kind = (path.IsBackup, path.IsMetered);
    private readonly PathWish _wish = path.Wish;

    /// <summary>The same, as it is told to others.</summary>
    internal PathStatus ToStatus() => new()
    {
        Id = _path.Id,
        Uplink = _path.Local.InterfaceIndex == 0 ? null : NameOf(_path.Local),
        LocalAddress = _path.Local.Address == default ? null : NameOf(_path.Local),
        Endpoint = _path.Remote.ToString(),
        State = NameOf(_state.State),
        Cause = _state.Cause,
        Since = _since,
        Carries = _carries,
        Choice = _carries ? ReasonToCarry(_choice) : ReasonToStandBy(_choice),
        Share = _share,
        RoundTripMilliseconds = _times.RoundTrip == TimeSpan.Zero ? null : _times.RoundTrip.TotalMilliseconds,
        JitterMilliseconds = _times.RoundTrip == TimeSpan.Zero ? null : _times.Jitter.TotalMilliseconds,
        Rate = _rate.BytesPerSecond == 0 ? null : Math.Round(_rate.BytesPerSecond * 8),
        SentPackets = _sent.Packets,
        SentBytes = _sent.Bytes,
        SentAgain = _sent.Again,
        Lost = Math.Max(0, _arrived.Of - _arrived.Packets),
        LostOf = _arrived.Of,
        LostFrom = Math.Max(0, _came.Of - _came.Packets),
        LostFromOf = _came.Of,
        Rests = _rate.Rests,
        IsBackup = _kind.Backup,
        IsMetered = _kind.Metered,
        Wish = _wish switch
        {
            PathWish.Pinned => "pinned",
            PathWish.Drained => "drained",
            _ => null,
        },
    };

    /// <summary>Whether a word of the command line is this path's number, or the interface by which it leaves.</summary>
    internal static bool IsMeant(PeerPath path, string which) =>
        which == path.Id.ToString(CultureInfo.InvariantCulture) || (path.Local.InterfaceIndex != 0 && which == NameOf(path.Local));

    internal static string NameOf(in LocalAddress local)
    {
        if (local.InterfaceIndex != 0) return InterfaceNames.Of(local.InterfaceIndex) ?? $"interface {local.InterfaceIndex}";
        if (local.Address == default) return "any";
        Span<byte> bytes = stackalloc byte[16];
        local.Address.Write(bytes);
        // What is zero behind the first four bytes is IPv4: no IPv6 address of a host is.
        return new System.Net.IPAddress(local.Address.Low == 0 && (uint)local.Address.High == 0 ? bytes[..4] : bytes).ToString();
    }

    internal static string NameOf(PathState state) => state switch
    {
        PathState.Unproved => "unproved",
        PathState.Up => "up",
        PathState.Doubted => "doubted",
        _ => "down",
    };

    private static string? ReasonToCarry(PathChoice choice) => choice switch
    {
        PathChoice.Alone => "no other works",
        PathChoice.Wish => "it is wanted, or the others are not",
        PathChoice.HeldDown => "the others came back, and are not trusted yet",
        PathChoice.Rank => "the others are metered or backup",
        PathChoice.Suspect => "the others may be on a wire that fell silent",
        PathChoice.Unmeasured => "the others are not measured yet",
        PathChoice.Rests => "the others lose too much",
        PathChoice.Weight => "of those alike the heaviest",
        PathChoice.RoundTrip => "of those alike the quickest",
        PathChoice.Kept => "no other is clearly better",
        PathChoice.Ends => "by its uplink, or to its address",
        _ => null,
    };

    private static string? ReasonToStandBy(PathChoice choice) => choice switch
    {
        PathChoice.Wish => "another is wanted, or this one is not",
        PathChoice.HeldDown => "came back, and is not trusted yet",
        PathChoice.Rank => "metered or backup, and a better one works",
        PathChoice.Suspect => "may be on a wire that fell silent",
        PathChoice.Unmeasured => "not measured yet",
        PathChoice.Rests => "loses too much",
        PathChoice.Weight => "another is heavier",
        PathChoice.RoundTrip => "another is quicker",
        PathChoice.Kept => "not clearly better",
        PathChoice.Ends => "others carry by its uplink and to its address",
        _ => null,
    };

    /// <summary>Why a path is in its state.</summary>
    internal static string CauseOf(PeerPath path) => path.Cause == PathCause.Unreachable ? NameOf(path.Hint) : NameOf(path.Cause);

    private static string NameOf(in Unreachable told)
    {
        Span<byte> by = stackalloc byte[16];
        told.By.Write(by);
        var from = told.Family == 0 ? "" : $" from {new System.Net.IPAddress(told.Family == 4 ? by[..4] : by)}";
        return told.Kind switch
        {
            UnreachableKind.Network => "ICMP: network unreachable",
            UnreachableKind.Host => "ICMP: host unreachable",
            UnreachableKind.Port => "ICMP: port unreachable",
            UnreachableKind.Prohibited => "ICMP: prohibited",
            UnreachableKind.TooBig => "ICMP: too big",
            _ => "ICMP: unreachable",
        } + from;
    }

    private static string NameOf(PathCause cause) => cause switch
    {
        PathCause.Found => "no answer yet",
        PathCause.ProbeAnswered => "a probe was answered",
        PathCause.Handshake => "a handshake came by it",
        PathCause.DataAcknowledged => "data was acknowledged",
        PathCause.DataUnanswered => "data is not acknowledged",
        PathCause.ProbesUnanswered => "probes stay unanswered",
        PathCause.UplinkLost => "the uplink is lost",
        PathCause.PeerUplinkLost => "the peer lost its uplink",
        _ => "the host refuses to send",
    };
}
