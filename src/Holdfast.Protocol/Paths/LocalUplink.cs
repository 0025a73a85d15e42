namespace Holdfast.Protocol.Paths;

/// <summary>An interface by which peers can be reached at this moment, as a tunnel sees it.</summary>
/// <param name="InterfaceIndex">Its index: datagrams from a <see cref="LocalAddress"/> with it leave by it and no other.</param>
/// <param name="HasV4">Whether it leads to IPv4 addresses.</param>
/// <param name="HasV6">Whether it leads to IPv6 addresses.</param>
/// <param name="Weight">Of uplinks that are alike the one with the greatest leads; 1 to 1000.</param>
/// <param name="IsMetered">Probed slowly and used last.</param>
/// <param name="IsBackup">Used only when no other uplink works.</param>
public readonly record struct LocalUplink(
    int InterfaceIndex, bool HasV4, bool HasV6, ushort Weight = 100, bool IsMetered = false, bool IsBackup = false)
{
    /// <summary>Backup ones last, and metered ones before them: less is better.</summary>
    internal int Rank => (IsBackup ? 2 : 0) + (IsMetered ? 1 : 0);

    /// <summary>Whether it leads to addresses of this one's family.</summary>
    internal bool LeadsTo(in Endpoint remote) => remote.Family == 4 ? HasV4 : HasV6;
}
