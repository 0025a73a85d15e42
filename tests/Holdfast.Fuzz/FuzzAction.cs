namespace Holdfast.Fuzz;

/// <summary>What the program is asked for.</summary>
internal enum FuzzAction
{
    Fuzz,
    Replay,
    Minimise,
    Stretch,
    Totals,
    List,
}
