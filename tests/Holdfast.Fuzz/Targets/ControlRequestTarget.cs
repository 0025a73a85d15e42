using Holdfast.Engine.Api;

namespace Holdfast.Fuzz.Targets;

/// <summary>A line on the control socket.</summary>
internal sealed class ControlRequestTarget : Target
{
    internal override string Name => "control-request";

    internal override int LongestInput => 512;

    internal override IEnumerable<byte[]> Dictionary => Text.Words(
        "\"verb\"", ":", "\"status\"", "{", "}", "null", "[", "]", ",", "\\u0000", "\\ud800", "true", "1e999", "\"", "//", "/*");

    internal override IEnumerable<byte[]> Seeds => Text.Words("""{"verb":"status"}""", """{"verb":null,"x":[1,{"a":"\ud83d\ude00"}]}""", "null", "[]");

    internal override void Read(ReadOnlySpan<byte> input)
    {
        if (ControlServer.TryParse(input) is { } request) Require(request.Verb.Length > 0, "a request without a verb");
    }
}
