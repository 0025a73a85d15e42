namespace Holdfast.Engine.Config;

/// <summary>Finds what somebody meant to type.</summary>
public static class NearestWord
{
    /// <summary>The candidate with the fewest edits away from <paramref name="word"/>, if that is few enough to be a
    /// slip: at most a third of its letters, and at least one.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        if (word.Length > ConfigLimits.QuotedCharacters) return null;
        string? best = null;
        int fewest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int edits = Edits(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (edits < fewest) (best, fewest) = (candidate, edits);
        }
        return best is not null && fewest <= Math.Max(1, Math.Max(best.Length, word.Length) / 3) ? best : null;
    }

    // Optimal string alignment: insert, delete, replace, and swap of neighbours count one each.
    private static int Edits(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) cost[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) cost[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replace, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }
        return cost[a.Length, b.Length];
    }
}
