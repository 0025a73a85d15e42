using System.Net;
using Holdfast.Protocol;
using Holdfast.Protocol.Wire;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>
/// A stranger on the wire, who heard everything and knows no key. It sends again what it heard, changed or not, from
/// where it came or from elsewhere.
/// </summary>
internal sealed class SimAttacker(SimWorld world, SimRandom random)
{
    private const int Memory = 256;

    private static readonly Endpoint Elsewhere = Endpoint.From(IPEndPoint.Parse("203.0.113.66:666"));

    private readonly List<Heard> _heard = [];

    /// <summary>Remembers some of all that was ever on the wire.</summary>
    public void Hear(SimNode from, Endpoint source, Endpoint to, byte[] datagram)
    {
        var heard = new Heard(from, source, to, datagram);
        if (_heard.Count < Memory) _heard.Add(heard);
        else if (random.Next(8) == 0) _heard[random.Next(Memory)] = heard;
    }

    /// <summary>Sends so many datagrams to the node in the next second.</summary>
    public void Attack(SimAct act, SimNode target, int count)
    {
        var known = _heard.FindAll(h => act == SimAct.Reflect ? h.From == target : h.From != target);
        for (var i = 0; i < count && known.Count > 0; i++)
        {
            var (_, source, to, datagram) = known[random.Next(known.Count)];
            if (act == SimAct.Reflect) source = to;
            if (random.Chance(.3)) source = Elsewhere;
            var sent = act switch
            {
                SimAct.Flip => Flipped(datagram),
                SimAct.Resize => Resized(datagram),
                SimAct.Garble => Garbled(datagram),
                _ => datagram,
            };
            world.At(TimeSpan.FromMilliseconds(random.Next(1000)), () => world.Hand(null, source, target, sent, SimTrust.None));
        }
    }

    private byte[] Flipped(byte[] datagram)
    {
        var copy = (byte[])datagram.Clone();
        copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
        return copy;
    }

    private byte[] Resized(byte[] datagram)
    {
        var copy = new byte[random.Next(datagram.Length + 64)];
        datagram.AsSpan(0, Math.Min(copy.Length, datagram.Length)).CopyTo(copy);
        return copy;
    }

    private byte[] Garbled(byte[] datagram)
    {
        var copy = (byte[])datagram.Clone();
        random.Fill(copy.AsSpan(Math.Min(copy.Length, Message.TransportHeaderBytes)));
        return copy;
    }

    private readonly record struct Heard(SimNode From, Endpoint Source, Endpoint To, byte[] Datagram);
}
