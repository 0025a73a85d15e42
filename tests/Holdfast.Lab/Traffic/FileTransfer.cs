namespace Holdfast.Labs;

/// <summary>A file of random bytes on its way between two hosts, in one TCP connection, with a checksum at each
/// end.</summary>
public sealed class FileTransfer : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);

    private readonly HostProcess _receiver, _sender;

    private FileTransfer(HostProcess receiver, HostProcess sender) => (_receiver, _sender) = (receiver, sender);

    /// <summary>Bytes that arrived, not older than a twentieth of a second while they arrive.</summary>
    public long Arrived => Reports<FileProgress>("arrived").LastOrDefault()?.Arrived ?? 0;

    /// <summary>Every time that nothing arrived for a tenth of a second or more.</summary>
    public IReadOnlyList<FileSilence> Silences => [.. Reports<FileSilence>("silenceMs")];

    /// <summary>Begins; the first bytes have arrived when this returns.</summary>
    /// <param name="from">The host that sends, and connects.</param>
    /// <param name="to">The host that receives, and listens.</param>
    /// <param name="address">The receiver's address.</param>
    /// <param name="bytes">The file's length, unless it is cut short.</param>
    /// <param name="rate">Bytes a second at most; null is as fast as it goes.</param>
    /// <param name="port">The receiver's port.</param>
    /// <exception cref="LabException">It did not begin.</exception>
    public static async Task<FileTransfer> Begin(Host from, Host to, string address, int bytes, int? rate = null,
        int port = 7003)
    {
        var receiver = Agent.Start(to, "file-receive", Agent.Number(port));
        await receiver.WaitForLine("\"ready\"", StartDeadline);
        var transfer = new FileTransfer(receiver,
            Agent.Start(from, ["file-send", address, Agent.Number(port), Agent.Number(bytes),
                .. rate is { } most ? new[] { Agent.Number(most) } : []]));
        await transfer.HasArrived(1, StartDeadline);
        return transfer;
    }

    /// <summary>Waits until so much has arrived.</summary>
    /// <param name="bytes">How much in all.</param>
    /// <param name="within">The deadline.</param>
    /// <exception cref="LabException">It has not, or the connection broke.</exception>
    public async Task HasArrived(long bytes, TimeSpan within)
    {
        await Eventually.Until(() => Arrived >= bytes || _sender.HasExited || _receiver.HasExited, within,
            $"{bytes} bytes to arrive", () => $"{Arrived} bytes");
        if (Arrived < bytes)
            throw new LabException($"the transfer broke: {_sender.Describe()}\n{_receiver.Describe()}");
    }

    /// <summary>Has the file end here, instead of at its whole length.</summary>
    public Task CutShort() => _sender.Kill(Signal.Term);

    /// <summary>Waits for the end.</summary>
    /// <param name="within">The deadline.</param>
    /// <returns>What each end says of the file.</returns>
    /// <exception cref="LabException">The connection broke, or it takes too long.</exception>
    public async Task<(FileSent Sent, FileReceived Received)> Ends(TimeSpan within)
    {
        var received = await _receiver.WaitForLine("\"received\"", within);
        var sent = await _sender.WaitForLine("\"sent\"", within);
        return (Agent.Parse<FileSent>(sent), Agent.Parse<FileReceived>(received));
    }

    /// <summary>Ends both programs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    private IEnumerable<T> Reports<T>(string field) => _receiver.Output.Lines
        .Where(line => line.Contains($"\"{field}\"", StringComparison.Ordinal)).Select(Agent.Parse<T>);
}
