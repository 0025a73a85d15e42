using System.CommandLine;

namespace Holdfast.CommandLine;

/// <summary>A value that stands on the command line by itself.</summary>
internal sealed class Value : Argument<string?>
{
    /// <summary>Declares it.</summary>
    /// <param name="label">What help calls it, in capitals.</param>
    /// <param name="takes">What it is.</param>
    /// <param name="description">What it says, without a full stop.</param>
    /// <param name="words">The only words it may be; none for any.</param>
    public Value(string label, Takes takes, string description, params string[] words) : base(label)
    {
        (Takes, Words, Description) = (takes, words, description);
        if (words.Length > 0) Validators.Add(result => Choice.Check(result, label, words));
    }

    /// <summary>What it is.</summary>
    public Takes Takes { get; }

    /// <summary>The only words it may be; none for any.</summary>
    public string[] Words { get; }
}
