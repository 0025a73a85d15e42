using System.Text;

namespace Holdfast.Labs;

/// <summary>
/// What happened to the packets of one direction. One thread writes, any thread may read; figures read together may
/// be a packet apart while traffic runs.
/// </summary>
public sealed class LaneCounters
{
    private readonly long[] _drops = new long[Enum.GetValues<DropCause>().Length];
    private long _offered, _passed, _passedBytes, _duplicated, _reordered;

    /// <summary>Packets that entered.</summary>
    public long Offered => Volatile.Read(ref _offered);

    /// <summary>Packets delivered to the other end, copies included.</summary>
    public long Passed => Volatile.Read(ref _passed);

    /// <summary>Bytes of IP packets delivered to the other end.</summary>
    public long PassedBytes => Volatile.Read(ref _passedBytes);

    /// <summary>Copies made.</summary>
    public long Duplicated => Volatile.Read(ref _duplicated);

    /// <summary>Packets held back.</summary>
    public long Reordered => Volatile.Read(ref _reordered);

    /// <summary>Packets dropped, whatever the cause.</summary>
    public long Dropped => Enum.GetValues<DropCause>().Sum(DroppedAs);

    /// <summary>Packets dropped for one cause.</summary>
    /// <param name="cause">The cause.</param>
    public long DroppedAs(DropCause cause) => Volatile.Read(ref _drops[(int)cause]);

    /// <summary>The figures in one line; causes that never came up are left out.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"offered {Offered}, passed {Passed} ({PassedBytes} bytes)");
        if (Duplicated > 0)
            text.Append($", duplicated {Duplicated}");
        if (Reordered > 0)
            text.Append($", reordered {Reordered}");
        foreach (var cause in Enum.GetValues<DropCause>().Where(c => DroppedAs(c) > 0))
            text.Append($", {cause} {DroppedAs(cause)}");
        return text.ToString();
    }

    internal void CountOffered() => Interlocked.Increment(ref _offered);

    internal void CountDuplicated() => Interlocked.Increment(ref _duplicated);

    internal void CountReordered() => Interlocked.Increment(ref _reordered);

    internal void CountPassed(int bytes)
    {
        Interlocked.Increment(ref _passed);
        Interlocked.Add(ref _passedBytes, bytes);
    }

    internal DropCause CountDrop(DropCause cause)
    {
        Interlocked.Increment(ref _drops[(int)cause]);
        return cause;
    }
}
