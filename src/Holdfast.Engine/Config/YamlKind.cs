namespace Holdfast.Engine.Config;

/// <summary>The three forms of a YAML node.</summary>
internal enum YamlKind
{
    Scalar,
    List,
    Map,
}
