using Holdfast.Control;

namespace Holdfast.Fuzz.Targets;

/// <summary>The record that `down` reads after an engine was killed.</summary>
internal sealed class RunRecordTarget : Target
{
    internal override string Name => "run-record";

    internal override int LongestInput => 1024;

    internal override IEnumerable<byte[]> Dictionary => Text.Words(
        "\"name\":", "\"file\":", "\"by_daemon\":true", "\"sysctls\":", "\"tables\":", "\"has_firewall\":true", "\"has_dns\":true", "\"ended\":",
        "null", "[null]", "{\"a\":null}", "{", "}", "[", "]", ":", ",", "\"", "4294967295", "\\u0000", "net/ipv4/conf/all/src_valid_mark", "../");

    internal override IEnumerable<byte[]> Seeds =>
    [
        new RunRecord
        {
            Name = "hf0", File = "/etc/holdfast/hf0.conf", Tables = [51820], HasFirewall = true, HasDns = true, Ended = "the device was deleted",
            Sysctls = new Dictionary<string, string> { ["net/ipv4/conf/all/src_valid_mark"] = "0" },
        }.ToJson(),
        .. Text.Words("""{"name":"a"}""", """{"name":"a","sysctls":null}""", """{"name":"a","tables":null}"""),
    ];

    internal override void Read(ReadOnlySpan<byte> input)
    {
        if (RunRecord.Parse(input) is not { } record) return;
        // The types say so; what was read need not heed them.
        object?[] parts = [record.Name, record.Sysctls, record.Tables, .. record.Sysctls?.Values ?? []];
        Require(!parts.Contains(null), "a record with parts missing");
        Require(RunRecord.Parse(record.ToJson()) is { } again && again.Name == record.Name && again.Tables.SequenceEqual(record.Tables!)
            && again.Sysctls.SequenceEqual(record.Sysctls!), "written and read again, it is another");
    }
}
