using System.Buffers.Binary;
using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Fuzz.Targets;

/// <summary>
/// A datagram from anybody. The first byte says what else its sender knows: the public key for the first MAC, a cookie for the
/// second, an index in use. What is not authenticated changes nothing, allocates nothing, and gets no larger answer.
/// </summary>
internal sealed class DatagramTarget : Target
{
    private const int HasMac1 = 1;
    private const int MeetsLoad = 2;
    private const int ComesByIpv6 = 4;
    private const int HasMac2 = 8;
    private const int NamesSession = 16;
    private const int NamesInitiation = 32;
    private const int Fits = 64;

    private static readonly Endpoint From4 = Endpoint.From(IPEndPoint.Parse("203.0.113.66:6666"));
    private static readonly Endpoint From6 = Endpoint.From(IPEndPoint.Parse("[2001:db8::66]:6666"));

    private readonly byte[] _buffer = new byte[4096];
    private TunnelRoom _quiet = new();
    private TunnelRoom _loaded = Loaded();

    internal override string Name => "datagram";

    internal override IEnumerable<byte[]> Seeds
    {
        get
        {
            using var room = new TunnelRoom();
            foreach (var message in room.ValidMessages())
            {
                yield return [0, .. message];
                yield return [HasMac1, .. message];
                yield return [HasMac1 | MeetsLoad, .. message];
                yield return [HasMac1 | MeetsLoad | HasMac2, .. message];
            }
        }
    }

    // A room that is built anew.
    internal override long MayAllocate(int length) => long.MaxValue;

    internal override void Read(ReadOnlySpan<byte> input)
    {
        if (input.Length < 1) return;
        var flags = input[0];
        var room = (flags & MeetsLoad) != 0 ? _loaded : _quiet;
        room.Mono += room == _loaded ? TimeSpan.FromMicroseconds(10) : TimeSpan.FromMilliseconds(4);
        if (room.IsOld) room = Renew(room);
        var datagram = Build(room, flags, input[1..]);
        if (Deliver(room, datagram, (flags & ComesByIpv6) != 0 ? From6 : From4)) Renew(room);
    }

    internal override void Reset()
    {
        Renew(_quiet);
        Renew(_loaded);
    }

    protected override void Close()
    {
        _quiet.Dispose();
        _loaded.Dispose();
    }

    private static TunnelRoom Loaded()
    {
        var room = new TunnelRoom();
        room.PutUnderLoad(From4);
        return room;
    }

    private TunnelRoom Renew(TunnelRoom room)
    {
        room.Dispose();
        return room == _loaded ? _loaded = Loaded() : _quiet = new TunnelRoom();
    }

    private Span<byte> Build(TunnelRoom room, int flags, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer);
        var length = bytes.Length;
        if ((flags & Fits) != 0 && length >= 1) length = Fit(length);
        var datagram = _buffer.AsSpan(0, length);
        var receiver = datagram.Length > 0 && datagram[0] == Message.Response ? Message.ResponseReceiver : Message.TransportReceiver;
        if ((flags & (NamesSession | NamesInitiation)) != 0 && length >= receiver + 4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(datagram[receiver..], (flags & NamesSession) != 0
                ? room.OfFriend.Current!.LocalIndex
                : room.OfServer.Initiation!.LocalIndex);
        }
        if ((flags & HasMac1) != 0 && length >= 32) room.WriteMac1(datagram);
        if ((flags & HasMac2) != 0 && length >= 32) room.WriteMac2(datagram);
        return datagram;
    }

    private int Fit(int length)
    {
        var size = _buffer[0] switch
        {
            1 => Message.InitiationBytes,
            2 => Message.ResponseBytes,
            3 => Message.CookieReplyBytes,
            _ => length,
        };
        if (size > length) _buffer.AsSpan(length, size - length).Clear();
        if (length >= 4) _buffer.AsSpan(1, 3).Clear();
        return size;
    }

    /// <summary>Whether anything changed, as only an authenticated message may do.</summary>
    private static bool Deliver(TunnelRoom room, ReadOnlySpan<byte> datagram, in Endpoint from)
    {
        var (tunnel, now) = (room.Victim.Tunnel, room.Now);
        var (received, sent, drops) = (Received(room), room.Victim.SentBytes, tunnel.Drops.Total);
        var (indices, events, packets) = (tunnel.Indices, room.Victim.Events, room.Victim.Packets);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var drop = tunnel.HandleDatagram(datagram, from, default, now);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Require(tunnel.Drops.Total - drops == (drop == Drop.None ? 0 : 1), "not counted once");
        Require(room.Victim.SentBytes - sent <= datagram.Length, "the answer is larger than the question");
        if (drop == Drop.None || Received(room) != received) return true;

        Require(drop is not (Drop.InnerNotIp or Drop.WrongSource), "dropped as if it were authenticated");
        Require((indices, events, packets) == (tunnel.Indices, room.Victim.Events, room.Victim.Packets), "dropped, and changed something");
        // A collection begun elsewhere meanwhile counts what is left of this thread's buffer.
        for (var again = 0; again < 4 && allocated > 0; again++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            tunnel.HandleDatagram(datagram, from, default, now);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        if (allocated > 0) throw new FindingException($"{drop} allocated {allocated} bytes");
        return false;
    }

    private static long Received(TunnelRoom room) => room.OfFriend.ReceivedBytes + room.OfServer.ReceivedBytes;
}
