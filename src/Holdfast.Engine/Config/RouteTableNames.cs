namespace Holdfast.Engine.Config;

/// <summary>Names of routing tables, as iproute2 keeps them in <c>rt_tables</c>.</summary>
public sealed class RouteTableNames
{
    /// <summary>Where iproute2 looks, the first that exists; the administrator's file comes first.</summary>
    public static readonly ValueList<string> Files = ["/etc/iproute2/rt_tables", "/usr/share/iproute2/rt_tables"];

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

    /// <summary>The built-in names and those in the text of an rt_tables file; lines of another form are passed over,
    /// as iproute2 does.</summary>
    public static RouteTableNames Parse(string text)
    {
        var numbers = new Dictionary<string, uint>(BuiltIn._numbers, StringComparer.Ordinal);
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw;
            int comment = line.IndexOf('#');
            string[] words = (comment < 0 ? line : line[..comment]).ToString()
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 2 && NumberText.TryNumber(words[0], out uint number) && number > 0) numbers[words[1]] = number;
        }
        return new(numbers);
    }
}
