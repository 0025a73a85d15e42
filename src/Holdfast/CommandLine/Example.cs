namespace Holdfast.CommandLine;

/// <summary>A command line to copy.</summary>
/// <param name="Line">As it is typed.</param>
/// <param name="What">What it does, without a full stop.</param>
internal readonly record struct Example(string Line, string What);
