namespace Holdfast.Engine.DataPlane;

/// <summary>Why a tunnel ended, in a word for programs and in a sentence for people.</summary>
/// <param name="Kind">The word.</param>
/// <param name="Text">The sentence.</param>
public readonly record struct EndReason(EndKind Kind, string Text);
