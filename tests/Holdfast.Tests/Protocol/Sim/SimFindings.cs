using System.Text.RegularExpressions;
using Holdfast.Protocol;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>What the checkers of one run found, the first with the last events before it.</summary>
internal sealed partial class SimFindings
{
    private const int Kept = 30;

    private readonly SimEvent[] _recent = new SimEvent[Kept];
    private int _events;

    public List<string> Violations { get; } = [];

    /// <summary>The first finding without its numbers: the same mistake in another run reads the same.</summary>
    public string? Kind => Violations.Count == 0 ? null : Numbers().Replace(Violations[0], "#");

    public void Check(MonoTime now, bool holds, string what)
    {
        if (holds || Violations.Count >= 20 + Kept) return;
        Violations.Add($"at {now.Nanoseconds / 1e9:F3} s: {what}");
        if (Violations.Count > 1) return;
        for (var i = Math.Max(0, _events - Kept); i < _events; i++) Violations.Add($"  {_recent[i % Kept]}");
    }

    public void Note(SimEvent e) => _recent[_events++ % Kept] = e;

    public void Note(string what) => Note(new SimEvent(default, what, 0, 0, 0, 0, Drop.None));

    [GeneratedRegex("[0-9][0-9.]*")]
    private static partial Regex Numbers();
}
