namespace Holdfast.Fuzz;

/// <summary>Something that must hold does not.</summary>
internal sealed class FindingException(string what) : Exception(what);
