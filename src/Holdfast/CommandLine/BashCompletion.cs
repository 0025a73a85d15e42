using System.Text;

namespace Holdfast.CommandLine;

/// <summary>Writes the completion script for bash.</summary>
internal static class BashCompletion
{
    private const string Head = """
        # bash completion for holdfast; made by: holdfast completion bash

        _holdfast_names() {
            local file
            for file in "$@"; do
                [[ -e $file ]] || continue
                file=${file##*/}
                printf '%s\n' "${file%.*}"
            done
        }

        _holdfast() {
            local current=${COMP_WORDS[COMP_CWORD]} place=holdfast words='' files='' i
            for ((i = 1; i < COMP_CWORD; i++)); do
                case "$place ${COMP_WORDS[i]}" in

        """;

    private const string Tail = """
            esac
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
            if [[ -n $files ]]; then
                local -a found
                mapfile -t found < <(compgen -f -- "$current")
                COMPREPLY+=("${found[@]}")
                compopt -o filenames
            fi
        }

        complete -F _holdfast holdfast

        """;

    /// <summary>The script.</summary>
    public static string Text(CompletionPlace[] places)
    {
        var text = new StringBuilder(Head);
        string below = string.Join(" | ", places.Skip(1).Select(p => $"'{p.Path}'"));
        text.Append($"            {below}) place+=\" ${{COMP_WORDS[i]}}\" ;;\n        esac\n    done\n");
        text.Append("    case \"$place ${COMP_WORDS[COMP_CWORD - 1]}\" in\n");
        foreach (var place in places)
        {
            foreach (var setting in place.Options.OfType<Setting>())
                Case(text, $"{place.Path} {setting.Name}", Words(setting.Takes, setting.Words));
        }
        text.Append("        *) case $place in\n");
        foreach (var place in places)
        {
            string options = string.Join(' ', place.Options.Select(o => o.Name));
            string verbs = string.Join(' ', place.Verbs.Select(v => v.Name));
            Case(text, place.Path, $"words='{verbs}'; {Words(place.Takes, place.Words)}; "
                + $"[[ $current == -* ]] && words='{options}' files=''");
        }
        return text.Append("        esac ;;\n").Append(Tail).ToString();
    }

    private static void Case(StringBuilder text, string pattern, string what)
        => text.Append($"        '{pattern}') {what} ;;\n");

    private static string Words(Takes? takes, string[] words) => takes switch
    {
        Takes.FileOrName => $"files=yes words=$(_holdfast_names {CompletionPlace.FileNames})",
        Takes.File => "files=yes",
        Takes.RunningName => $"words=$(_holdfast_names {CompletionPlace.Sockets})",
        Takes.Word => $"words='{string.Join(' ', words)}'",
        _ => ":",
    };
}
