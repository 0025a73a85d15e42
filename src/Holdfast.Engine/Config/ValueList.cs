using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Holdfast.Engine.Config;

/// <summary>An immutable list that equals another one with equal items, so that records of lists compare.</summary>
/// <typeparam name="T">The items' type.</typeparam>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
[SuppressMessage("Naming", "CA1710", Justification = "A list is what it is.")]
public sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[] _items;

    internal ValueList(T[] items) => _items = items;

    /// <summary>How many items there are.</summary>
    public int Count => _items.Length;

    /// <summary>The item at <paramref name="index"/>, from 0.</summary>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public bool Equals(ValueList<T>? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items) hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <summary>The items in brackets.</summary>
    public override string ToString() => $"[{string.Join(", ", _items)}]";
}
