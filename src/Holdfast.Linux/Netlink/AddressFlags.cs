namespace Holdfast.Linux.Netlink;

/// <summary>Flags of an address (IFA_F_*, linux/if_addr.h).</summary>
[Flags]
public enum AddressFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>IPv4: not the first of its prefix. IPv6: temporary.</summary>
    Secondary = 0x1,

    /// <summary>IPv6: don't ask the neighbours whether somebody has it.</summary>
    NoDuplicateDetection = 0x2,

    /// <summary>IPv6: somebody else has it.</summary>
    DuplicateFound = 0x8,

    /// <summary>Not for new connections.</summary>
    Deprecated = 0x20,

    /// <summary>IPv6: the neighbours are being asked; it can't be used yet.</summary>
    Tentative = 0x40,

    /// <summary>It has no end.</summary>
    Permanent = 0x80,

    /// <summary>It brings no route of its prefix.</summary>
    NoPrefixRoute = 0x200,
}
