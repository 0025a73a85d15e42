using System.CommandLine;
using System.Diagnostics;

namespace Holdfast.CommandLine;

/// <summary>A word that does nothing without one of the verbs below it.</summary>
/// <param name="name">The word that is typed.</param>
/// <param name="summary">What its verbs are about: one line, without a full stop.</param>
internal abstract class Noun(string name, string summary) : Verb(name, summary)
{
    /// <summary>The parser takes no noun without a verb, so nobody comes here.</summary>
    public sealed override Task<int> RunAsync(ParseResult words, Streams streams) => throw new UnreachableException();
}
