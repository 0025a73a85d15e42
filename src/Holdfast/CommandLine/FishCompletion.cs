using System.CommandLine;
using System.Text;

namespace Holdfast.CommandLine;

/// <summary>Writes the completion script for fish.</summary>
internal static class FishCompletion
{
    private const string Functions = """
        function __holdfast_names
            for file in $argv
                string replace -r '\.[^.]*$' '' -- (path basename $file)
            end
        end

        function __holdfast_running
            set -l directory /run/holdfast
            set -q HOLDFAST_RUN_DIR; and set directory $HOLDFAST_RUN_DIR
            set -l sockets $directory/*.sock
            __holdfast_names $sockets
        end

        function __holdfast_files
            set -l files /etc/wireguard/*.conf /etc/holdfast/*.conf
            __holdfast_names $files
        end

        complete -c holdfast -f

        """;

    /// <summary>The script.</summary>
    public static string Text(CompletionPlace[] places)
    {
        var text = new StringBuilder("# fish completion for holdfast; made by: holdfast completion fish\n\n");
        text.Append("function __holdfast_at\n    set -l place holdfast\n");
        text.Append("    for word in (commandline -opc)[2..]\n        switch \"$place $word\"\n");
        text.Append($"            case {string.Join(' ', places.Skip(1).Select(p => Quote(p.Path)))}\n");
        text.Append("                set place \"$place $word\"\n        end\n    end\n");
        text.Append("    test \"$place\" = \"$argv[1]\"\nend\n\n");
        text.Append(Functions);
        foreach (var place in places) Place(text, place);
        return text.ToString();
    }

    private static void Place(StringBuilder text, CompletionPlace place)
    {
        string begin = $"complete -c holdfast -n {Quote($"__holdfast_at '{place.Path}'")}";
        foreach (var verb in place.Verbs) text.Append($"{begin} -a {verb.Name} -d {Quote(verb.Description!)}\n");
        foreach (var option in place.Options)
            text.Append($"{begin}{Spellings(option)} -d {Quote(option.Description!)}\n");
        if (Values(place.Takes, place.Words) is { Length: > 0 } values) text.Append($"{begin}{values}\n");
    }

    private static string Spellings(Option option)
    {
        string names = string.Concat(option.Aliases.Where(a => a.Length == 2).Select(a => $" -s {a[1..]}"));
        names = $" -l {option.Name[2..]}{names}";
        if (option is not Setting setting) return names;
        string takes = setting.Takes == Takes.File ? "-r" : "-x";
        return $"{names} {takes}{Values(setting.Takes, setting.Words)}";
    }

    private static string Values(Takes? takes, string[] words) => takes switch
    {
        Takes.FileOrName => " -F -a '(__holdfast_files)'",
        Takes.File => " -F",
        Takes.RunningName => " -a '(__holdfast_running)'",
        Takes.Word => $" -a {Quote(string.Join(' ', words))}",
        _ => "",
    };

    private static string Quote(string words) => $"\"{words.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
