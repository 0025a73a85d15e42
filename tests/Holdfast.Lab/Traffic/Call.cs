namespace Holdfast.Labs;

/// <summary>A stream of small datagrams as a telephone call has it, with numbers and times, from one host to another, until it is
/// hung up.</summary>
public sealed class Call : IAsyncDisposable
{
    /// <summary>Datagrams a second, and bytes of each: G.711 with 20 ms a packet (RFC 3551).</summary>
    public const int Rate = 50, Bytes = 160;

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10), LongestSilence = TimeSpan.FromSeconds(60);

    private readonly HostProcess _receiver, _sender;

    private Call(HostProcess receiver, HostProcess sender) => (_receiver, _sender) = (receiver, sender);

    /// <summary>What the receiver said so far, ten times a second while it hears anything.</summary>
    public IReadOnlyList<UdpProgress> Reports => [.. _receiver.Output.Lines
        .Where(line => line.Contains("\"arrived\"", StringComparison.Ordinal)).Select(Agent.Parse<UdpProgress>)];

    /// <summary>Begins; the first datagrams have arrived when this returns.</summary>
    /// <param name="from">The host that speaks.</param>
    /// <param name="to">The host that hears.</param>
    /// <param name="address">The hearing host's address.</param>
    /// <param name="port">Its port.</param>
    public static async Task<Call> Begin(Host from, Host to, string address, int port = 7005)
    {
        var receiver = Agent.Start(to, "udp-receive", Agent.Number(port), Agent.Number((int)LongestSilence.TotalSeconds));
        await receiver.WaitForLine("\"ready\"", StartDeadline);
        var call = new Call(receiver, Agent.Start(from, "udp-send", address, Agent.Number(port), Agent.Number(Rate),
            Agent.Number(Bytes), Agent.Number(int.MaxValue)));
        await receiver.WaitForLine("\"arrived\"", StartDeadline);
        return call;
    }

    /// <summary>Waits until it is heard again, and nothing before that is missing any more but what is lost.</summary>
    /// <param name="heard">How many reports there were before.</param>
    /// <param name="lost">How many datagrams are lost for good.</param>
    /// <param name="within">The deadline.</param>
    /// <returns>The longest gap since <paramref name="heard"/>, in milliseconds.</returns>
    public async Task<double> GoesOn(int heard, long lost, TimeSpan within)
    {
        var since = await Eventually.Gives(() => Task.FromResult<IReadOnlyList<UdpProgress>>([.. Reports.Skip(heard)]),
            reports => reports.Count > 1 && reports[^1].Missing <= lost, within, "the call to be heard again");
        return since.Max(report => report.GapMs);
    }

    /// <summary>Hangs up.</summary>
    /// <param name="within">The deadline.</param>
    /// <returns>What became of it, as the receiver has it.</returns>
    public async Task<UdpReceived> HangUp(TimeSpan within)
    {
        await _sender.Stop(within);
        return Agent.Parse<UdpReceived>(await _receiver.WaitForLine("\"received\"", within));
    }

    /// <summary>Ends both programs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _receiver.DisposeAsync();
    }
}
