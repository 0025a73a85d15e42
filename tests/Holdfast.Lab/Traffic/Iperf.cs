using System.Globalization;
using System.Text.Json;

namespace Holdfast.Labs;

/// <summary>Measures throughput between hosts with iperf3.</summary>
public static class Iperf
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    /// <summary>Runs one measurement with a server that serves only it.</summary>
    /// <param name="client">The host that connects.</param>
    /// <param name="server">The host that listens.</param>
    /// <param name="address">The server's address.</param>
    /// <param name="options">What; null is one TCP stream for a second.</param>
    /// <exception cref="LabException">iperf3 failed.</exception>
    public static async Task<IperfResult> Run(Host client, Host server, string address, IperfOptions? options = null)
    {
        options ??= new IperfOptions();
        string[] program = [.. options.RunBy, "iperf3"];
        await using var listener = server.Start(program[0], [.. program[1..], "--server", "--one-off", "--forceflush", "--port",
            Agent.Number(options.Port)]);
        await listener.WaitForLine("Server listening", Margin);
        var result = await client.Run(RunOptions.Usual with { Timeout = options.Time + Margin, MayFail = true },
            program[0], [.. program[1..], .. Arguments(address, options)]);
        // With --json it exits with 0 also when it could not connect.
        if (result.ExitCode != 0 || result.Output.Contains("\"error\":", StringComparison.Ordinal))
            throw new LabException($"{client.Name}: {result}\n--- server\n{listener.Describe()}");
        return Parse(result.Output, options.UdpRate is not null);
    }

    internal static IperfResult Parse(string json, bool udp)
    {
        using var document = JsonDocument.Parse(json);
        var end = document.RootElement.GetProperty("end");
        if (udp)
        {
            var sum = end.GetProperty("sum");
            var (lost, packets) = (sum.GetProperty("lost_packets").GetInt64(), sum.GetProperty("packets").GetInt64());
            var arrived = packets == 0 ? 0 : (double)(packets - lost) / packets;
            return new IperfResult(sum.GetProperty("bits_per_second").GetDouble() * arrived,
                (long)(sum.GetProperty("bytes").GetInt64() * arrived), 0, lost, packets, json);
        }
        var received = end.GetProperty("sum_received");
        var retransmits = end.GetProperty("sum_sent").TryGetProperty("retransmits", out var value)
            ? value.GetInt64() : 0;
        return new IperfResult(received.GetProperty("bits_per_second").GetDouble(),
            received.GetProperty("bytes").GetInt64(), retransmits, 0, 0, json);
    }

    private static IEnumerable<string> Arguments(string address, IperfOptions options)
    {
        List<string> arguments =
        [
            "--client", address, "--port", Agent.Number(options.Port), "--json",
            "--parallel", Agent.Number(options.Streams),
            "--time", Agent.Number((int)Math.Ceiling(options.Time.TotalSeconds)),
        ];
        if (options.UdpRate is { } rate)
            arguments.AddRange(["--udp", "--bitrate", rate.ToString(CultureInfo.InvariantCulture)]);
        if (options.Length is { } length)
            arguments.AddRange(["--length", Agent.Number(length)]);
        if (options.Reverse)
            arguments.Add("--reverse");
        return arguments.Concat(options.More);
    }
}
