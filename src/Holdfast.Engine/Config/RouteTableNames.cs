namespace Holdfast.Engine.Config;

/// <summary>Names of routing tables, as iproute2 keeps them in <c>rt_tables</c>.</summary>
public sealed class RouteTableNames
{
    /// <summary>Where iproute2 looks, the first that exists; the administrator's file comes first.</summary>
    public static readonly ValueList<string> Files = ["/etc/iproute2/rt_tables", "/usr/share/iproute2/rt_tables"];

    /// <summary>Where it looks for more, in files that end with .conf; a file of the administrator's hides one of the same name.</summary>
    public static readonly ValueList<string> Directories =
        ["/usr/share/iproute2/rt_tables.d", "/etc/iproute2/rt_tables.d"];

    /// <summary>The three tables that every kernel has (linux/rtnetlink.h).</summary>
    public static readonly RouteTableNames BuiltIn = new(new(StringComparer.Ordinal)
    {
        ["default"] = 253,
        ["main"] = 254,
        ["local"] = 255,
    });

    private readonly Dictionary<string, uint> _numbers;

    private RouteTableNames(Dictionary<string, uint> numbers) => _numbers = numbers;

    /// <summary>The number of the table with that name, or null.</summary>
    public uint? Find(string name) => _numbers.TryGetValue(name, out uint number) ? number : null;

    /// <summary>The built-in names and those in the text of an rt_tables file.</summary>
    public static RouteTableNames Parse(string text) => BuiltIn.With(text);

    /// <summary>These names and those in the text of an rt_tables file: a number and a name a line, what follows does not count.
    /// The last one wins; a line of another form ends the file, as it does for iproute2.</summary>
    public RouteTableNames With(string text)
    {
        var numbers = new Dictionary<string, uint>(_numbers, StringComparer.Ordinal);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            string[] words = line.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#')) continue;
            if (words.Length == 1 || !NumberText.TryNumber(words[0], out uint number)) break;
            numbers[words[1]] = number;
        }
        return new(numbers);
    }
}
