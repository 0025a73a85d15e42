using System.Text.RegularExpressions;

namespace Holdfast.Labs;

/// <summary>
/// One line of a drawing: "site =isp1= hub" is a wire with a relay, "site -lan- hub" a veth pair, "site" a host
/// alone. The name may be left out ("site == hub").
/// </summary>
internal sealed partial record LabPlan(string Near, string? Far, string? Name, bool Relayed)
{
    public static LabPlan Parse(string line)
    {
        var match = Form().Match(line);
        if (!match.Success)
        {
            throw new LabException(
                $"\"{line}\" is no drawing: write \"near =wire= far\", \"near -veth- far\" or \"host\"");
        }
        var name = match.Groups["name"].Value;
        var far = match.Groups["far"].Value;
        return new LabPlan(match.Groups["near"].Value, far.Length == 0 ? null : far, name.Length == 0 ? null : name,
            match.Groups["line"].Value == "=");
    }

    [GeneratedRegex(@"^\s*(?<near>[a-z][a-z0-9-]*)"
        + @"(\s+(?<line>[=-])(?<name>[a-z][a-z0-9.]*)?\k<line>\s+(?<far>[a-z][a-z0-9-]*))?\s*$")]
    private static partial Regex Form();
}
