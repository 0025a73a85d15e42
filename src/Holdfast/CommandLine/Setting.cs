using System.CommandLine;

namespace Holdfast.CommandLine;

/// <summary>An option with a value.</summary>
internal sealed class Setting : Option<string?>
{
    /// <summary>Declares it.</summary>
    /// <param name="name">As it is typed, with its dashes.</param>
    /// <param name="label">What help calls its value, in capitals.</param>
    /// <param name="takes">What its value is.</param>
    /// <param name="description">What it says, without a full stop.</param>
    /// <param name="words">The only words its value may be; none for any.</param>
    public Setting(string name, string label, Takes takes, string description, params string[] words) : base(name)
    {
        (HelpName, Takes, Words, Description) = (label, takes, words, description);
        if (words.Length > 0) Validators.Add(result => Choice.Check(result, name, words));
    }

    /// <summary>What its value is.</summary>
    public Takes Takes { get; }

    /// <summary>The only words its value may be; none for any.</summary>
    public string[] Words { get; }
}
