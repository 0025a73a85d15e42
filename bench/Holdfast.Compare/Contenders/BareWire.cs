using Holdfast.Labs;

namespace Holdfast.Comparing.Contenders;

/// <summary>No tunnel at all: what the two hosts and the measuring programs can do.</summary>
internal sealed class BareWire : Contender
{
    public override string Name => "bare";

    public override bool IsTunnel => false;

    public override async Task<string> Version(Host host) => $"veth, Linux {await FirstLine(host, "uname", "-r")}";

    public override Task Prepare(Stage stage) => Task.CompletedTask;

    public override Task<HostProcess?> Start(End end) => Task.FromResult<HostProcess?>(null);
}
