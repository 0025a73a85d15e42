namespace Holdfast.Rendering;

/// <summary>What the place where text goes can show.</summary>
/// <param name="Colour">Whether colours may be used; they never carry meaning alone.</param>
/// <param name="Width">Columns of the terminal; null where lines may be of any length.</param>
internal readonly record struct RenderStyle(bool Colour, int? Width)
{
    private const int FewestColumns = 20;

    /// <summary>For a file or a pipe.</summary>
    internal static RenderStyle Plain => default;

    /// <summary>What standard output is. NO_COLOR (no-color.org) and a dumb terminal have no colours.</summary>
    internal static RenderStyle OfOutput()
    {
        if (Console.IsOutputRedirected) return Plain;
        var colourful = Environment.GetEnvironmentVariable("NO_COLOR") is null or ""
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        return new RenderStyle(colourful, Console.WindowWidth >= FewestColumns ? Console.WindowWidth : null);
    }
}
