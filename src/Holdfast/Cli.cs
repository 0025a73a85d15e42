using System.CommandLine;
using Holdfast.CommandLine;
using Holdfast.Crypto;
using Holdfast.Engine;
using Holdfast.Running;

namespace Holdfast;

/// <summary>The command line, from its words to an exit code.</summary>
internal static class Cli
{
    private const int BrokenPipe = 32; // EPIPE; an IOException of the runtime carries the errno.

    // No @FILE in place of arguments: names and paths may begin with any character.
    private static readonly ParserConfiguration Rules = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs one command line; see <see cref="ExitCode"/> for what it returns. Never throws.</summary>
    public static Task<int> RunAsync(string[] args, TextWriter stdout, TextWriter stderr, TextReader stdin)
        => RunAsync(args, new Streams(stdout, stderr, stdin));

    /// <summary>Runs one command line; see <see cref="ExitCode"/> for what it returns. Never throws.</summary>
    public static async Task<int> RunAsync(string[] args, Streams streams)
    {
        try
        {
            int code = await DispatchAsync(args, streams).ConfigureAwait(false);
            await streams.Out.FlushAsync().ConfigureAwait(false);
            return code;
        }
        catch (IOException fault) when (fault.HResult == BrokenPipe)
        {
            // Whoever read the answer has enough of it.
            return ExitCode.Done;
        }
        catch (CommandException fault)
        {
            foreach (var line in fault.Message.Split('\n')) streams.Say(line);
            return ExitCode.Failed;
        }
        catch (CryptoLibraryException fault)
        {
            return streams.Fail(fault.Message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return streams.Fail(Line(fault.Message));
        }
        catch (Exception fault)
        {
            // The edge: whatever else it is, it is a mistake of ours, and no stack trace helps its reader.
            string what = $"{fault.GetType().Name}: {Line(fault.Message)}";
            return streams.Fail($"a mistake of this program: {what}; please report it");
        }
    }

    private static Task<int> DispatchAsync(string[] args, Streams streams)
    {
        if (args is ["help", ..]) args = [.. args[1..], "--help"];
        var root = Root.For(args);
        var words = root.Parse(args, Rules);
        if (UsageError.Stranger(words) is null)
        {
            if (words.GetValue(root.Help)) return Answer(() => HelpText.Write(streams.Out, HelpText.Path(words)));
            if (words.GetValue(root.Version))
                return Answer(() => streams.Out.WriteLine($"holdfast {HoldfastVersion.Text}"));
        }
        if (UsageError.Of(words) is not { } wrong)
            return ((Verb)words.CommandResult.Command).RunAsync(words, streams);
        streams.Say(wrong);
        return Task.FromResult(ExitCode.Usage);
    }

    private static Task<int> Answer(Action write)
    {
        write();
        return Task.FromResult(ExitCode.Done);
    }

    private static string Line(string message) => message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
