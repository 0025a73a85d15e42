using System.Buffers.Binary;

namespace Holdfast.Labs;

/// <summary>
/// Source NAT as arithmetic: UDP, TCP and ICMP echo from inside get a public address and port, answers are translated
/// back, and so are ICMP errors about them. Fragments and other protocols are dropped. Pure, with time as an
/// argument; not thread-safe but for <see cref="Forget"/>.
/// </summary>
public sealed class Nat
{
    /// <summary>Mappings at most; beyond, packets of further flows are dropped.</summary>
    public const int MostMappings = 10_000;

    /// <summary>Destinations of one mapping that may answer; to further ones nothing passes.</summary>
    public const int MostRemotes = 10_000;

    private readonly NatOptions _options;
    private readonly byte[]? _publicV4, _publicV6;
    private readonly Dictionary<InsideKey, Mapping> _byInside = [];
    private readonly Dictionary<OutsideKey, Mapping> _byPort = [];
    private ushort _nextPort;
    private volatile bool _forget;

    /// <summary>Makes a NAT without mappings.</summary>
    /// <param name="options">Its addresses and habits.</param>
    public Nat(NatOptions options)
    {
        _options = options;
        _publicV4 = options.PublicV4?.GetAddressBytes();
        _publicV6 = options.PublicV6?.GetAddressBytes();
        _nextPort = options.FirstPort;
    }

    /// <summary>Forgets all mappings before the next packet, as a router does that restarts. Any thread.</summary>
    public void Forget() => _forget = true;

    /// <summary>Translates a packet on its way out, in place.</summary>
    /// <param name="packet">A whole IP packet.</param>
    /// <param name="now">The time.</param>
    /// <returns>Why it must be dropped, or None.</returns>
    public DropCause Outbound(Span<byte> packet, TimeSpan now) => Translate(packet, now, outbound: true);

    /// <summary>Translates a packet on its way in, in place.</summary>
    /// <param name="packet">A whole IP packet.</param>
    /// <param name="now">The time.</param>
    /// <returns>Why it must be dropped, or None.</returns>
    public DropCause Inbound(Span<byte> packet, TimeSpan now) => Translate(packet, now, outbound: false);

    private DropCause Translate(Span<byte> packet, TimeSpan now, bool outbound)
    {
        if (_forget)
        {
            _forget = false;
            _byInside.Clear();
            _byPort.Clear();
        }
        if (!IpLayout.TryRead(packet, out var layout))
            return DropCause.Untranslatable;
        if ((layout.V6 ? _publicV6 : _publicV4) is not { } publicAddress)
            return DropCause.None;
        if (TooBig.IsIcmpError(packet, layout))
            return TranslateError(packet, layout, publicAddress, now, outbound);
        if (!Flow.TryRead(packet, layout, out var flow))
            return DropCause.Untranslatable;
        return outbound
            ? TranslateOut(packet, layout, flow, publicAddress, now)
            : TranslateIn(packet, layout, flow, publicAddress, now);
    }

    private DropCause TranslateOut(Span<byte> packet, IpLayout layout, Flow flow, byte[] publicAddress, TimeSpan now)
    {
        if (flow.EchoReply)
            return DropCause.NoMapping;
        var remote = new Endpoint(AddressOf(layout.DestinationOf(packet)), flow.DestinationPort);
        var inside = new InsideKey(flow.Protocol, AddressOf(layout.SourceOf(packet)), flow.SourcePort,
            _options.MapsByEndpoint ? remote : default);
        if (!_byInside.TryGetValue(inside, out var mapping) || Expired(mapping.LastUsed, now))
        {
            if (mapping is not null)
                Remove(mapping);
            if (Open(inside, layout.SourceOf(packet).ToArray(), now) is not { } opened)
                return DropCause.NoMapping;
            mapping = opened;
        }
        if (mapping.Remotes.Count >= MostRemotes && !mapping.Remotes.ContainsKey(remote))
            return DropCause.NoMapping;
        mapping.LastUsed = now;
        mapping.Remotes[remote] = now;
        Rewrite(packet, layout, layout.Source, publicAddress, flow.SourcePortAt, mapping.PublicPort);
        return DropCause.None;
    }

    private DropCause TranslateIn(Span<byte> packet, IpLayout layout, Flow flow, byte[] publicAddress, TimeSpan now)
    {
        var port = flow.DestinationPort;
        if (flow.EchoRequest || !layout.DestinationOf(packet).SequenceEqual(publicAddress)
            || !_byPort.TryGetValue(new OutsideKey(flow.Protocol, layout.V6, port), out var mapping)
            || Expired(mapping.LastUsed, now))
            return DropCause.NoMapping;
        var remote = new Endpoint(AddressOf(layout.SourceOf(packet)), flow.SourcePort);
        var known = mapping.Remotes.TryGetValue(remote, out var remoteUsed) && !Expired(remoteUsed, now);
        if (_options.FiltersByEndpoint && !known)
            return DropCause.NoMapping;
        if (_options.InboundRefreshes)
        {
            mapping.LastUsed = now;
            if (known)
                mapping.Remotes[remote] = now;
        }
        Rewrite(packet, layout, layout.Destination, mapping.InsideAddress, flow.DestinationPortAt,
            mapping.Inside.Port);
        return DropCause.None;
    }

    // An error quotes a packet that went the other way: its addresses are rewritten at the opposite place.
    private DropCause TranslateError(Span<byte> packet, IpLayout layout, byte[] publicAddress, TimeSpan now,
        bool outbound)
    {
        var quoted = packet[Math.Min(packet.Length, layout.Payload + 8)..];
        if (!IpLayout.TryRead(quoted, out var inner) || inner.V6 != layout.V6
            || !Flow.TryRead(quoted, inner, out var flow))
            return DropCause.Untranslatable;
        if (FindQuoted(quoted, inner, flow, outbound) is not { } mapping || Expired(mapping.LastUsed, now))
            return DropCause.NoMapping;
        if (outbound)
        {
            Rewrite(quoted, inner, inner.Destination, publicAddress, flow.DestinationPortAt, mapping.PublicPort);
            RewriteAddress(packet, layout, layout.Source, publicAddress);
        }
        else
        {
            Rewrite(quoted, inner, inner.Source, mapping.InsideAddress, flow.SourcePortAt, mapping.Inside.Port);
            RewriteAddress(packet, layout, layout.Destination, mapping.InsideAddress);
        }
        var message = packet[layout.Payload..];
        message.Slice(2, 2).Clear();
        var pseudo = layout.V6 ? Checksum.Pseudo(layout.AddressesOf(packet), IpLayout.IcmpV6, message.Length) : 0;
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], Checksum.Of(message, pseudo));
        return DropCause.None;
    }

    private Mapping? FindQuoted(Span<byte> quoted, IpLayout inner, Flow flow, bool outbound)
    {
        if (!outbound)
            return _byPort.GetValueOrDefault(new OutsideKey(flow.Protocol, inner.V6, flow.SourcePort));
        var remote = new Endpoint(AddressOf(inner.SourceOf(quoted)), flow.SourcePort);
        return _byInside.GetValueOrDefault(new InsideKey(flow.Protocol, AddressOf(inner.DestinationOf(quoted)),
            flow.DestinationPort, _options.MapsByEndpoint ? remote : default));
    }

    private bool Expired(TimeSpan used, TimeSpan now) => now - used > _options.MappingLifetime;

    private Mapping? Open(InsideKey inside, byte[] insideAddress, TimeSpan now)
    {
        if (_byInside.Count >= MostMappings)
            RemoveExpired(now);
        if (_byInside.Count >= MostMappings)
            return null;
        var v6 = insideAddress.Length == 16;
        while (_byPort.ContainsKey(new OutsideKey(inside.Protocol, v6, _nextPort)))
            NextPort();
        var mapping = new Mapping(inside, insideAddress, _nextPort);
        NextPort();
        _byInside[inside] = mapping;
        _byPort[new OutsideKey(inside.Protocol, v6, mapping.PublicPort)] = mapping;
        return mapping;
    }

    private void NextPort() => _nextPort = _nextPort == ushort.MaxValue ? _options.FirstPort : (ushort)(_nextPort + 1);

    private void RemoveExpired(TimeSpan now)
    {
        foreach (var mapping in _byInside.Values.Where(m => Expired(m.LastUsed, now)).ToList())
            Remove(mapping);
    }

    private void Remove(Mapping mapping)
    {
        _byInside.Remove(mapping.Inside);
        var v6 = mapping.InsideAddress.Length == 16;
        _byPort.Remove(new OutsideKey(mapping.Inside.Protocol, v6, mapping.PublicPort));
    }

    private static UInt128 AddressOf(ReadOnlySpan<byte> address) => address.Length == 4
        ? BinaryPrimitives.ReadUInt32BigEndian(address)
        : BinaryPrimitives.ReadUInt128BigEndian(address);

    private static void Rewrite(Span<byte> packet, IpLayout layout, int addressAt, ReadOnlySpan<byte> address,
        int portAt, ushort port)
    {
        Span<byte> before = stackalloc byte[18], after = stackalloc byte[18];
        before = before[..(address.Length + 2)];
        after = after[..before.Length];
        packet.Slice(addressAt, address.Length).CopyTo(before);
        packet.Slice(portAt, 2).CopyTo(before[address.Length..]);
        address.CopyTo(after);
        BinaryPrimitives.WriteUInt16BigEndian(after[address.Length..], port);

        RewriteAddress(packet, layout, addressAt, address);
        after[address.Length..].CopyTo(packet[portAt..]);
        // ICMP over IPv4 has no pseudo header, so that its checksum covers the identifier alone.
        if (layout.Protocol == IpLayout.Icmp)
            ChangeChecksum(packet, layout, before[address.Length..], after[address.Length..]);
        else
            ChangeChecksum(packet, layout, before, after);
    }

    private static void RewriteAddress(Span<byte> packet, IpLayout layout, int at, ReadOnlySpan<byte> address)
    {
        var field = packet.Slice(at, address.Length);
        if (!layout.V6)
        {
            var header = BinaryPrimitives.ReadUInt16BigEndian(packet[10..]);
            BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum.Changed(header, field, address));
        }
        address.CopyTo(field);
    }

    private static void ChangeChecksum(Span<byte> packet, IpLayout layout, Span<byte> before, Span<byte> after)
    {
        var at = layout.Payload + layout.Protocol switch { IpLayout.Udp => 6, IpLayout.Tcp => 16, _ => 2 };
        // An ICMP error quotes eight bytes behind the header: TCP's checksum is not among them.
        if (at + 2 > packet.Length)
            return;
        var checksum = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
        // Zero says that a UDP datagram has no checksum, which a computed zero is written otherwise for (RFC 768).
        if (layout.Protocol == IpLayout.Udp && checksum == 0)
            return;
        checksum = Checksum.Changed(checksum, before, after);
        if (layout.Protocol == IpLayout.Udp && checksum == 0)
            checksum = ushort.MaxValue;
        BinaryPrimitives.WriteUInt16BigEndian(packet[at..], checksum);
    }

    private readonly record struct Endpoint(UInt128 Address, ushort Port);

    private readonly record struct InsideKey(byte Protocol, UInt128 Address, ushort Port, Endpoint Remote);

    private readonly record struct OutsideKey(byte Protocol, bool V6, ushort Port);

    private sealed class Mapping(InsideKey inside, byte[] insideAddress, ushort publicPort)
    {
        public InsideKey Inside { get; } = inside;

        public byte[] InsideAddress { get; } = insideAddress;

        public ushort PublicPort { get; } = publicPort;

        public TimeSpan LastUsed { get; set; }

        public Dictionary<Endpoint, TimeSpan> Remotes { get; } = [];
    }
}
