namespace Holdfast.Engine.State;

/// <summary>Where state is kept: /var/lib/holdfast, or what HOLDFAST_STATE_DIR says.</summary>
internal static class StateDirectory
{
    internal static string Path =>
        Environment.GetEnvironmentVariable("HOLDFAST_STATE_DIR") is { Length: > 0 } path ? path : "/var/lib/holdfast";
}
