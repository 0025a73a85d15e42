namespace Holdfast.Linux.Netlink;

/// <summary>The users whose packets a rule takes, both ends included.</summary>
/// <param name="First">The first user id.</param>
/// <param name="Last">The last user id.</param>
public readonly record struct UserRange(uint First, uint Last);
