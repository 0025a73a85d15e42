namespace Holdfast.Tests.Cli;

/// <summary>What came of one command line, run in this process.</summary>
internal sealed record Run(int Code, string Out, string Error)
{
    public static Task<Run> Of(params string[] args) => With("", args);

    public static async Task<Run> With(string input, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var reader = new StringReader(input);
        int code = await Holdfast.Cli.RunAsync(args, output, error, reader);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>The command line is refused with exactly this line.</summary>
    public void IsRefused(string line)
    {
        Assert.Equal($"holdfast: {line}\n", Error);
        Assert.Equal(Holdfast.ExitCode.Usage, Code);
        Assert.Empty(Out);
    }
}
