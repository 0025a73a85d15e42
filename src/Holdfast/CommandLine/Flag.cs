using System.CommandLine;

namespace Holdfast.CommandLine;

/// <summary>An option without a value.</summary>
internal sealed class Flag : Option<bool>
{
    /// <summary>Declares it.</summary>
    /// <param name="name">As it is typed, with its dashes.</param>
    /// <param name="description">What it does, without a full stop.</param>
    /// <param name="aliases">Other spellings.</param>
    public Flag(string name, string description, params string[] aliases) : base(name, aliases)
        => (Description, Arity) = (description, ArgumentArity.Zero);
}
