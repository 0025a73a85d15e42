namespace Holdfast.Rendering;

/// <summary>Colours, by what they are for.</summary>
internal enum Tint
{
    /// <summary>As the terminal has it.</summary>
    None,

    /// <summary>A heading or label.</summary>
    Strong,

    /// <summary>It works.</summary>
    Good,

    /// <summary>It waits.</summary>
    Waiting,

    /// <summary>It does not work.</summary>
    Bad,
}
