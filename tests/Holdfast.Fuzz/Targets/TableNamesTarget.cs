using Holdfast.Engine.Config;

namespace Holdfast.Fuzz.Targets;

/// <summary>iproute2's rt_tables, which other packages write too.</summary>
internal sealed class TableNamesTarget : Target
{
    internal override string Name => "rt-tables";

    internal override int LongestInput => 512;

    internal override IEnumerable<byte[]> Dictionary => Text.Words("255\tlocal\n", "0x", "main", "#", "\n", "\r", "4294967295 x\n");

    internal override IEnumerable<byte[]> Seeds => Text.Words("#\n# reserved\n255\tlocal\n254\tmain\n0\tunspec\n0x3e8 site\n1 a b\n");

    internal override void Read(ReadOnlySpan<byte> input)
    {
        var names = RouteTableNames.Parse(Text.Of(input));
        Require(names.Find("main") is not null && names.Find("") is null, "a name was lost, or nothing has one");
    }
}
