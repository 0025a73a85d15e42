namespace Holdfast.Tests;

/// <summary>Counts what an action allocates.</summary>
internal static class Allocated
{
    /// <summary>
    /// Bytes allocated by this thread, the least of up to five runs: a collection that another thread begins meanwhile
    /// counts what is left of this thread's allocation buffer.
    /// </summary>
    public static long By(Action action)
    {
        var least = long.MaxValue;
        for (var run = 0; run < 5 && least > 0; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
