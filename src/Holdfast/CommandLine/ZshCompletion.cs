using System.Text;

namespace Holdfast.CommandLine;

/// <summary>Writes the completion script for zsh.</summary>
internal static class ZshCompletion
{
    private const string Head = """
        #compdef holdfast
        # zsh completion for holdfast; made by: holdfast completion zsh

        _holdfast() {
            local place=holdfast i
            local -a verbs options
            for (( i = 2; i < CURRENT; i++ )); do
                case "$place ${words[i]}" in

        """;

    private const string Tail = """
            esac
        }

        if [[ $funcstack[1] == _holdfast ]]; then
            _holdfast "$@"
        else
            compdef _holdfast holdfast
        fi

        """;

    /// <summary>The script.</summary>
    public static string Text(CompletionPlace[] places)
    {
        var text = new StringBuilder(Head);
        string below = string.Join('|', places.Skip(1).Select(p => Quote(p.Path)));
        text.Append($"            ({below}) place+=\" ${{words[i]}}\" ;;\n        esac\n    done\n");
        text.Append("    case \"$place ${words[CURRENT-1]}\" in\n");
        foreach (var place in places)
        {
            foreach (var setting in place.Options.OfType<Setting>())
            {
                string pattern = Quote($"{place.Path} {setting.Name}");
                text.Append($"        ({pattern}) {Add(setting.Takes, setting.Words)}; return ;;\n");
            }
        }
        text.Append("    esac\n    case $place in\n");
        foreach (var place in places)
        {
            text.Append($"        ({Quote(place.Path)})\n");
            string options = string.Join(' ', place.Options.Select(o => Row(o.Name, o.Description!)));
            text.Append($"            options=({options})\n");
            text.Append("            if [[ $words[CURRENT] == -* ]]; then _describe option options; return; fi\n");
            if (place.Verbs.Length > 0)
            {
                string verbs = string.Join(' ', place.Verbs.Select(v => Row(v.Name, v.Description!)));
                text.Append($"            verbs=({verbs})\n");
                text.Append("            _describe verb verbs\n");
            }
            text.Append($"            {Add(place.Takes, place.Words)} ;;\n");
        }
        return text.Append(Tail).ToString();
    }

    // File names of which none exists are no error (N); of each, the last part without its ending (:t:r).
    private static string Add(Takes? takes, string[] words) => takes switch
    {
        Takes.FileOrName => $"compadd -- {Glob(CompletionPlace.FileNames)}; _files",
        Takes.File => "_files",
        Takes.RunningName => $"compadd -- {Glob(CompletionPlace.Sockets)}",
        Takes.Word => $"compadd -- {string.Join(' ', words)}",
        _ => ":",
    };

    private static string Glob(string patterns) => string.Join(' ', patterns.Split(' ').Select(p => $"{p}(N:t:r)"));

    private static string Row(string name, string what)
        => Quote($"{name}:{what.Replace(":", "\\:", StringComparison.Ordinal)}");

    private static string Quote(string words) => $"'{words.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
