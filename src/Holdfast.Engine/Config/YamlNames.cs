namespace Holdfast.Engine.Config;

/// <summary>The rule for names of nodes and peers: they stand on command lines and in logs.</summary>
internal static class YamlNames
{
    public static bool Check(string name, Place place, ConfigFindings findings)
    {
        bool valid = name.Length is > 0 and <= ConfigLimits.Name && char.IsLetterOrDigit(name[0])
            && name.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '@');
        if (!valid)
        {
            findings.Error(place, $"{ConfigFindings.Quote(name)} can't be a name",
                $"use 1 to {ConfigLimits.Name} letters, digits, dots, dashes, _ or @, first a letter or digit");
        }
        return valid;
    }
}
