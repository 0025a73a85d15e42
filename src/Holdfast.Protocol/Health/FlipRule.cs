namespace Holdfast.Protocol.Health;

/// <summary>How many results have to agree before a part flips.</summary>
/// <param name="Least">So many; at least 1.</param>
/// <param name="Of">Of the last so many; less than <see cref="LastResults.Most"/>. It does not wait until there are so many.</param>
public readonly record struct FlipRule(int Least, int Of);
