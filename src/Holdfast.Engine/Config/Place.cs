namespace Holdfast.Engine.Config;

/// <summary>A place in a file: line and column from 1; the default value is the file as a whole.</summary>
internal readonly record struct Place(int Line, int Column);
