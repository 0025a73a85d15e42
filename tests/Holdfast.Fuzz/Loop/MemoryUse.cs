using System.Runtime.InteropServices;

namespace Holdfast.Fuzz.Loop;

/// <summary>What is alive: on the collector's heap, and in the C library's main arena, where libcrypto's contexts are.</summary>
/// <param name="Managed">Bytes after a full collection.</param>
/// <param name="Native">Bytes that malloc gave out.</param>
internal readonly partial record struct MemoryUse(long Managed, long Native)
{
    internal static MemoryUse Now()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        var use = MallInfo();
        return new MemoryUse(GC.GetTotalMemory(forceFullCollection: true), (long)(use.InUse + use.Mapped));
    }

    // mallinfo2(3); glibc 2.33.
    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial MallInfo2 MallInfo();

    private struct MallInfo2
    {
#pragma warning disable CS0649 // filled by the C library
        internal nuint Arena, FreeChunks, FastChunks, MappedRegions, Mapped, Unused, FastFree, InUse, Free, Releasable;
#pragma warning restore CS0649
    }
}
