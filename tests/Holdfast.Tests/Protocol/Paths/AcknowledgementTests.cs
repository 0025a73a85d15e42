using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.Paths;
using Holdfast.Protocol.Peers;
using Holdfast.Tests.Protocol.Sim;

namespace Holdfast.Tests.Protocol.Paths;

/// <summary>What a receiver says of a session, and what its sender makes of it, against a plain set of counters.</summary>
public sealed class AcknowledgementTests
{
    [Fact]
    public void What_was_seen_is_said_and_nothing_else()
    {
        for (var seed = 1UL; seed <= 300; seed++)
        {
            var random = new SimRandom(seed);
            var (window, seen) = (new ReplayWindow(64 * (1 + random.Next(39))), new HashSet<ulong>());
            var top = (ulong)random.Next(5_000);
            for (var i = (1 + random.Next(399)); i > 0; i--)
            {
                top += random.Chance(0.8) ? 1UL : (ulong)(1 + random.Next(89));
                if (window.Accept(top) == Drop.None) seen.Add(top);
                if (!random.Chance(0.2)) continue;
                var late = top - Math.Min(top, (ulong)random.Next(50));
                if (window.Accept(late) == Drop.None) seen.Add(late);
            }
            var lowest = top - Math.Min(top, (ulong)random.Next(300));
            var newest = top - Math.Min(top, (ulong)random.Next(100));
            Span<byte> frame = new byte[Acknowledgement.MaximumBytes];
            var length = Acknowledgement.Write(77, window, lowest, newest, TimeSpan.FromMilliseconds(3), 99, frame);
            Assert.Equal(0, length % 16);
            Assert.True(Acknowledgement.TryRead(frame[..length], out var told), $"seed {seed}");
            Assert.Equal((77u, top, newest, 2.992, 99u), (told.Session, told.Latest, told.Newest, told.Delay.TotalMilliseconds, told.Clock));
            Assert.True(top - lowest < 64 * (ulong)told.Count);
            for (var i = 0; i < told.Count * 64; i++)
            {
                var isSaid = (told.Word(i / 64) >> (63 - (i % 64)) & 1) != 0;
                if ((ulong)i > top) Assert.False(isSaid, $"seed {seed}: there is none so far below {top}");
                else Assert.True(isSaid == window.HasSeen(top - (ulong)i), $"seed {seed}: {top - (ulong)i}");
                if (isSaid) Assert.True(seen.Contains(top - (ulong)i), $"seed {seed}: {top - (ulong)i} did not arrive");
            }
        }
    }

    [Fact]
    public void A_window_that_grows_forgets_nothing()
    {
        for (var seed = 1UL; seed <= 200; seed++)
        {
            var random = new SimRandom(seed);
            var (window, seen) = (new ReplayWindow(128), new HashSet<ulong>());
            var (top, outBefore) = (0UL, 0UL);
            for (var i = 0; i < 500; i++)
            {
                if (i == 250) window.Widen(1024);
                var width = i < 250 ? 128UL : 1024;
                var counter = random.Chance(0.7) ? top + (ulong)(1 + random.Next(19)) : top - Math.Min(top, (ulong)random.Next(1200));
                var old = counter + width <= top || (i >= 250 && counter < outBefore); // it fell out then
                var expected = seen.Contains(counter) || old ? Drop.Replayed : Drop.None;
                Assert.True(expected == window.Accept(counter), $"seed {seed}, message {i}: {counter} under {top}");
                if (expected != Drop.None) continue;
                seen.Add(counter);
                top = Math.Max(top, counter);
                if (i < 250) outBefore = top < 128 ? 0 : top - 127;
            }
        }
    }

    [Fact]
    public void What_is_sent_is_found_again_until_it_is_finished_or_too_much_follows()
    {
        var random = new SimRandom(5);
        var (sent, model) = (new SentPackets(), new Dictionary<ulong, byte>());
        ulong counter = 40;
        for (var i = 0; i < 300_000; i++)
        {
            counter += random.Chance(0.9) ? 1UL : 3;
            var path = (byte)random.Next(16);
            sent.Add(counter, 100, counter * 100, Ecn.NotCapable, new MonoTime((long)counter));
            if (random.Chance(0.9)) sent.Go(counter, new PeerPath(path, default, default, default), new MonoTime((long)counter));
            else path = SentPackets.Sent.NoPath;
            model[counter] = path;
            for (var finished = random.Next(3); finished > 0; finished--)
            {
                var which = counter - Math.Min(counter, (ulong)random.Next(3_000));
                var isKnown = model.Remove(which, out var by);
                Assert.Equal(isKnown, sent.Finish(which, out var one));
                if (isKnown) Assert.Equal((by, which * 100), (one.Path, one.Position));
            }
            model.Remove(counter - Math.Min(counter, (ulong)PathLimits.SentPackets));
        }
        foreach (var (left, path) in model.Where(m => m.Key + 3 * (ulong)PathLimits.SentPackets / 4 > counter))
            Assert.True(sent.TryFind(left, out var one) && one.Path == path && !one.IsDone, $"{left} of {counter}");
    }

    [Fact]
    public void A_ring_gives_back_what_it_still_has()
    {
        var (ring, random) = (new SendRing(PathLimits.SentBytes), new SimRandom(9));
        var kept = new Queue<(ulong Position, int Length, byte Fill)>();
        for (var i = 0; i < 40_000; i++)
        {
            var (length, fill) = ((1 + random.Next(1499)), (byte)i);
            var bytes = new byte[length];
            Array.Fill(bytes, fill);
            bytes.CopyTo(ring.Add(length, out var position));
            kept.Enqueue((position, length, fill));
            if (kept.Count > 8_000) kept.Dequeue();
        }
        Assert.All(kept, k =>
        {
            Assert.True(ring.TryRead(k.Position, k.Length, out var bytes));
            Assert.Equal(-1, bytes.IndexOfAnyExcept(k.Fill));
        });
        for (var i = 0; i < PathLimits.SentBytes / 1000; i++) ring.Add(1000, out _);
        Assert.False(ring.TryRead(kept.Peek().Position, 1, out _));
    }
}
