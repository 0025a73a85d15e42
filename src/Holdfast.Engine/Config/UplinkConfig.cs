namespace Holdfast.Engine.Config;

/// <summary>An uplink of the list in a node's file, or one that was found.</summary>
/// <param name="Interface">The interface's name; it need not be there yet.</param>
/// <param name="Weight">Of uplinks that are alike the one with the greatest leads; 1 to 1000.</param>
/// <param name="IsMetered">Probed slowly and used last.</param>
/// <param name="IsBackup">Used only when no other uplink works.</param>
public sealed record UplinkConfig(string Interface, ushort Weight = 100, bool IsMetered = false, bool IsBackup = false);
