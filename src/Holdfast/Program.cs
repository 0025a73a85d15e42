namespace Holdfast;

/// <summary>The executable: parses the command line and hands over to one verb.</summary>
internal static class Program
{
    private static int Main(string[] args) => args.Length == 0 ? 2 : 0;
}
