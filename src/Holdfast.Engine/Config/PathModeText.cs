using Holdfast.Protocol.Paths;

namespace Holdfast.Engine.Config;

/// <summary>The words of a peer's <c>paths</c>.</summary>
internal static class PathModeText
{
    /// <summary>All of them, the default first.</summary>
    public static readonly string[] Words = ["failover", "bond", "redundant", "single"];

    public static string Of(PathMode mode) => mode switch
    {
        PathMode.Single => "single",
        PathMode.Bond => "bond",
        PathMode.Redundant => "redundant",
        _ => "failover",
    };

    public static bool TryRead(string text, out PathMode mode, out Problem problem)
    {
        (mode, problem) = (PathMode.Failover, default);
        if (text == "single") mode = PathMode.Single;
        else if (text == "bond") mode = PathMode.Bond;
        else if (text == "redundant") mode = PathMode.Redundant;
        else if (text != "failover") problem = ProblemOf(text);
        return problem == default;
    }

    private static Problem ProblemOf(string text) =>
        new($"unknown use of paths {ConfigFindings.Quote(text)}",
            NearestWord.Of(text, Words) is { } near ? $"did you mean {near}?" : $"write one of {string.Join(", ", Words)}");
}
