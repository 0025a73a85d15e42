using System.Globalization;

namespace Holdfast.LabTests;

/// <summary>What the environment says of a long test.</summary>
internal static class Setting
{
    /// <summary>A number.</summary>
    /// <param name="variable">The variable's name.</param>
    /// <param name="usual">What holds without it.</param>
    public static int Of(string variable, int usual)
        => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    /// <summary>A word.</summary>
    /// <param name="variable">The variable's name.</param>
    /// <param name="usual">What holds without it.</param>
    public static string Of(string variable, string usual)
        => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : usual;
}
