namespace Holdfast.LabTests.Scenarios;

/// <summary>Bytes of datagrams that `wg show transfer` counts for a peer.</summary>
internal sealed record Transfer(long Received, long Sent)
{
    public static Transfer operator -(Transfer left, Transfer right)
        => new(left.Received - right.Received, left.Sent - right.Sent);
}
