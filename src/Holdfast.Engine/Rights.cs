using Holdfast.Linux;

namespace Holdfast.Engine;

/// <summary>What a process needs before it may touch a tunnel.</summary>
public static class Rights
{
    /// <summary>Refuses early, before anything is tried that would fail half-way with a less telling error.</summary>
    /// <exception cref="LinuxException">EPERM: the process lacks CAP_NET_ADMIN.</exception>
    public static void Require()
    {
        if (!Privileges.HasNetAdmin)
            throw new LinuxException("change tunnels", Errno.EPERM, "CAP_NET_ADMIN is missing; run this as root");
    }
}
