namespace Holdfast.Engine.Config;

/// <summary>Why a value can't be taken, and what to write instead.</summary>
internal readonly record struct Problem(string What, string Hint);
