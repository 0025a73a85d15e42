using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Holdfast.Fuzz.Instrumentation;

/// <summary>
/// Which edges of the instrumented code an execution took, and how often. Edges are hashed into 2^16 counters (a block's
/// number with that of the block before), and count in steps of 1, 2, 3, 4, 8, 16, 32 and 128. One thread.
/// </summary>
public static unsafe class Edges
{
    internal const int Count = 1 << 16;

    // Outside the collector's heap, so that a hit is an addition at an address the JIT knows.
    private static readonly byte* Hits = (byte*)NativeMemory.AllocZeroed(Count);
    private static readonly ushort* Touched = (ushort*)NativeMemory.Alloc(Count, sizeof(ushort));
    private static readonly byte[] Seen = new byte[Count];
    private static int _touched;
    private static int _previous;

    /// <summary>Edges taken by any execution that was looked at so far.</summary>
    internal static int Known { get; private set; }

    /// <summary>Called at the start of every block of instrumented code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hit(int block)
    {
        var edge = block ^ _previous;
        _previous = block >> 1;
        var hits = Hits[edge];
        if (hits == 0) Touched[_touched++] = (ushort)edge;
        if (hits != byte.MaxValue) Hits[edge] = (byte)(hits + 1);
    }

    /// <summary>Forgets everything: another target begins.</summary>
    internal static void Forget()
    {
        Begin();
        Array.Clear(Seen);
        Known = 0;
    }

    /// <summary>Forgets the execution before.</summary>
    internal static void Begin()
    {
        for (var i = 0; i < _touched; i++) Hits[Touched[i]] = 0;
        (_touched, _previous) = (0, 0);
    }

    /// <summary>Whether this execution took an edge, or took one more often, as none before did.</summary>
    internal static bool IsNew()
    {
        for (var i = 0; i < _touched; i++)
        {
            var edge = Touched[i];
            if ((Seen[edge] & Step(Hits[edge])) == 0) return true;
        }
        return false;
    }

    /// <summary>What is new in this execution, from here on known.</summary>
    internal static List<Feature> TakeNew()
    {
        var found = new List<Feature>();
        for (var i = 0; i < _touched; i++)
        {
            var edge = Touched[i];
            var step = Step(Hits[edge]);
            if ((Seen[edge] & step) != 0) continue;
            if (Seen[edge] == 0) Known++;
            Seen[edge] |= step;
            found.Add(new Feature(edge, step));
        }
        return found;
    }

    /// <summary>Everything that this execution did.</summary>
    internal static List<Feature> All()
    {
        var found = new List<Feature>(_touched);
        for (var i = 0; i < _touched; i++) found.Add(new Feature(Touched[i], Step(Hits[Touched[i]])));
        return found;
    }

    /// <summary>Whether this execution did all of these.</summary>
    internal static bool Did(List<Feature> features)
    {
        foreach (var feature in features)
        {
            if (Step(Hits[feature.Edge]) != feature.Step) return false;
        }
        return true;
    }

    private static byte Step(byte hits) => hits switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
