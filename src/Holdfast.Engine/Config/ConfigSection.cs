namespace Holdfast.Engine.Config;

/// <summary>A group of keys that stand together.</summary>
/// <param name="Title">Its title in the documentation.</param>
/// <param name="Noun">What an error message calls it: "a tunnel".</param>
/// <param name="Keys">Its keys, in the order of the documentation.</param>
public sealed record ConfigSection(string Title, string Noun, ValueList<ConfigKey> Keys)
{
    /// <summary>The keys that this version takes.</summary>
    public IEnumerable<ConfigKey> Taken
        => Keys.Where(k => k.Presence is ConfigPresence.Optional or ConfigPresence.Required);

    /// <summary>The key with that name, or null.</summary>
    public ConfigKey? Find(string name, StringComparison comparison = StringComparison.Ordinal)
        => Keys.FirstOrDefault(k => k.Name.Equals(name, comparison));
}
