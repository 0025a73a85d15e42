using System.CommandLine;

namespace Holdfast.CommandLine;

/// <summary>What may follow at one place of the command line.</summary>
/// <param name="Path">The words that lead there, <c>holdfast</c> first.</param>
/// <param name="Verbs">The verbs below.</param>
/// <param name="Options">The options.</param>
/// <param name="Takes">What the argument is; null without one.</param>
/// <param name="Words">The words that the argument may be; none for any.</param>
internal sealed record CompletionPlace(string Path, Verb[] Verbs, Option[] Options, Takes? Takes, string[] Words)
{
    /// <summary>The files of tunnels, in the shell's words.</summary>
    public const string FileNames = "/etc/wireguard/*.conf /etc/holdfast/*.conf";

    /// <summary>The sockets of running tunnels, in the shell's words.</summary>
    public const string Sockets = "\"${HOLDFAST_RUN_DIR:-/run/holdfast}\"/*.sock";

    /// <summary>All places, the root first.</summary>
    public static CompletionPlace[] AllOf(Root root) => [.. AllOf(root, root.Name, root)];

    private static IEnumerable<CompletionPlace> AllOf(Verb verb, string path, Root root)
    {
        Verb[] below = [.. VerbPage.Below(verb)];
        var value = verb.Arguments.OfType<Value>().FirstOrDefault();
        Option[] options = [.. VerbPage.OptionsOf(verb, root)];
        var here = new CompletionPlace(path, below, options, value?.Takes, value?.Words ?? []);
        return below.SelectMany(v => AllOf(v, $"{path} {v.Name}", root)).Prepend(here);
    }
}
