namespace Holdfast.Labs;

/// <summary>Ends of a wire.</summary>
[Flags]
public enum WireSide
{
    /// <summary>The first end.</summary>
    Near = 1,

    /// <summary>The second end.</summary>
    Far = 2,

    /// <summary>Both.</summary>
    Both = Near | Far,
}
