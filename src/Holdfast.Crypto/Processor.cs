using System.Runtime.Intrinsics.X86;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace Holdfast.Crypto;

/// <summary>What this machine's processor can do for ciphers.</summary>
public static class Processor
{
    /// <summary>Whether it has instructions for AES and for GCM's multiplication; without, ChaCha20 is the faster one.</summary>
    public static bool HasAes =>
        (Aes.IsSupported && Pclmulqdq.IsSupported)
        || ArmAes.IsSupported; // PMULL is part of it
}
