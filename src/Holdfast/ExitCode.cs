namespace Holdfast;

/// <summary>What the executable tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>It is done.</summary>
    public const int Done = 0;

    /// <summary>It was tried and failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line can't be understood.</summary>
    public const int Usage = 2;

    /// <summary>The engine or daemon can't be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>It works, but not as well as it should.</summary>
    public const int Degraded = 4;
}
