namespace Holdfast.Engine.Config;

/// <summary>Into which routing table the allowed IPs go: <c>Table</c> of wg-quick(8).</summary>
/// <param name="Kind">How the table is chosen.</param>
/// <param name="Number">The table's number, 1 to 4294967295, with <see cref="TableKind.Given"/>; else 0.</param>
public readonly record struct TableChoice(TableKind Kind, uint Number)
{
    /// <summary>The main table, and one of its own for a default route.</summary>
    public static readonly TableChoice Auto = new(TableKind.Auto, 0);

    /// <summary>No routes at all.</summary>
    public static readonly TableChoice Off = new(TableKind.Off, 0);

    /// <summary>All routes go to table <paramref name="number"/>.</summary>
    public static TableChoice Given(uint number) => new(TableKind.Given, number);

    /// <summary>As it is written in a file.</summary>
    public override string ToString() => Kind switch
    {
        TableKind.Auto => "auto",
        TableKind.Off => "off",
        _ => $"{Number}",
    };
}
