using System.Runtime.InteropServices;

namespace Holdfast.Linux;

/// <summary>Keeps a handle from being closed while its number is used in a call. Not for the packet path.</summary>
internal readonly ref struct HeldDescriptor
{
    // Null in a default value, which holds nothing.
    private readonly SafeHandle? _handle;

    internal HeldDescriptor(SafeHandle handle)
    {
        var held = false;
        handle.DangerousAddRef(ref held);
        _handle = handle;
        Fd = (int)handle.DangerousGetHandle();
    }

    internal int Fd { get; }

    public void Dispose() => _handle?.DangerousRelease();
}
