namespace Holdfast.Fuzz.Instrumentation;

/// <summary>An edge, and how often it was taken.</summary>
/// <param name="Edge">Its counter.</param>
/// <param name="Step">The bit of the step that the count reached.</param>
internal readonly record struct Feature(ushort Edge, byte Step);
