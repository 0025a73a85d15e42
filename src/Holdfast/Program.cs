namespace Holdfast;

/// <summary>The executable: hands its arguments and its streams to the command line.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        DiagnosticsPort.Close();
        return Cli.RunAsync(args, HostStreams.Open());
    }
}
