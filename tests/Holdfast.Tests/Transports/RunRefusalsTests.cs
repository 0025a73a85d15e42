using System.Net;
using Holdfast.Engine.Transports;
using Holdfast.Linux.Sockets;

namespace Holdfast.Tests.Transports;

/// <summary>Places that take no runs are remembered, however many, and asked again.</summary>
public sealed class RunRefusalsTests
{
    [Fact]
    public void A_place_is_asked_again_after_some_thousand_datagrams()
    {
        var refusals = new RunRefusals();
        var (place, other) = (Place(1), Place(2));
        Assert.False(refusals.Covers(place));
        refusals.Add(place);
        for (var time = 0; time < 2; time++)
        {
            for (var i = 0; i < RunRefusals.DatagramsUntilRetry; i++) Assert.True(refusals.Covers(place));
            Assert.False(refusals.Covers(place));
            Assert.False(refusals.Covers(other));
            refusals.Add(place);
        }
    }

    [Fact]
    public void A_hub_remembers_hundreds()
    {
        var refusals = new RunRefusals();
        var places = Enumerable.Range(0, 200).Select(Place).ToList();
        foreach (var place in places) refusals.Add(place);
        // Some share a slot, whose numbers differ from run to run: 18 of 200 on average, and never so many.
        Assert.InRange(places.Count(place => refusals.Covers(place)), 140, 200);
    }

    private static DatagramAddress Place(int number) => DatagramAddress.From(new IPEndPoint(new IPAddress([192, 0, 2, (byte)number]), 51820));
}
