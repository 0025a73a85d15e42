namespace Holdfast.Engine.Config;

/// <summary>Makes <see cref="ValueList{T}"/> from collection expressions.</summary>
public static class ValueList
{
    /// <summary>A list of a copy of <paramref name="items"/>.</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
