namespace Holdfast.Engine.Service;

/// <summary>How a node is, in one line for `systemctl status`.</summary>
internal static class NodeReport
{
    /// <summary>Characters; a status is to be read at a glance.</summary>
    private const int Longest = 400;

    /// <summary>The line.</summary>
    /// <param name="up">Names of the tunnels that are up.</param>
    /// <param name="missing">Names of those that are wanted and not up, with the reason as far as it is known.</param>
    /// <param name="isBehind">Whether the file was changed and could not be taken.</param>
    internal static string Of(
        IReadOnlyCollection<string> up, IReadOnlyCollection<(string Name, string? Why)> missing, bool isBehind)
    {
        var all = up.Count + missing.Count;
        var parts = missing.Select(m => m.Why is null ? $"not {m.Name}" : $"not {m.Name}: {m.Why}");
        if (isBehind) parts = parts.Prepend("the file can't be used, the last good one is in force");
        var head = missing.Count > 0 ? $"{up.Count} of {all} tunnels up"
            : all > 0 ? $"up: {string.Join(", ", up)}" : "no tunnel is wanted";
        var line = string.Join("; ", parts.Prepend(head)).ReplaceLineEndings(" ");
        return line.Length <= Longest ? line : $"{line[..(Longest - 1)]}…";
    }
}
