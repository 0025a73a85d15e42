using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Holdfast.Labs;

/// <summary>The program of Holdfast.LabAgent, which runs inside hosts.</summary>
public static class Agent
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);

    /// <summary>The agent's assembly, which stands beside this one.</summary>
    /// <exception cref="LabException">It does not.</exception>
    public static string Path
    {
        get
        {
            var path = System.IO.Path.Combine(AppContext.BaseDirectory, "Holdfast.LabAgent.dll");
            return File.Exists(path) ? path
                : throw new LabException($"{path} is missing: reference Holdfast.LabAgent from the project that runs");
        }
    }

    /// <summary>The dotnet host that runs it.</summary>
    public static string Dotnet
        => System.IO.Path.GetFullPath("../../../dotnet", RuntimeEnvironment.GetRuntimeDirectory());

    /// <summary>Starts the agent in a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="arguments">Its verb and what follows.</param>
    public static HostProcess Start(Host host, params string[] arguments)
        => StartBy([], host, arguments);

    /// <summary>Starts the agent by a program that runs others.</summary>
    /// <param name="runBy">That program and its arguments, such as mptcpize run; empty is nothing in between.</param>
    /// <param name="host">The host.</param>
    /// <param name="arguments">The agent's verb and what follows.</param>
    public static HostProcess StartBy(IReadOnlyList<string> runBy, Host host, params string[] arguments)
    {
        string[] program = [.. runBy, Dotnet, Path, .. arguments];
        return host.Start(program[0], program[1..]);
    }

    /// <summary>Sends numbered datagrams at an even pace from one host to another, and tells what became of
    /// them.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="address">The receiver's address.</param>
    /// <param name="rate">Datagrams per second.</param>
    /// <param name="size">Bytes of a datagram's payload, at least 24.</param>
    /// <param name="count">Datagrams.</param>
    /// <param name="port">The receiver's port.</param>
    public static async Task<UdpReceived> SendDatagrams(Host from, Host to, string address, int rate, int size,
        int count, int port = 7002)
        => (await PaceDatagrams(from, to, address, rate, size, count, port)).Received;

    /// <inheritdoc cref="SendDatagrams"/>
    /// <returns>What both ends say: whether the sender kept its pace, too.</returns>
    public static async Task<(UdpSent Sent, UdpReceived Received)> PaceDatagrams(Host from, Host to, string address,
        int rate, int size, int count, int port = 7002)
    {
        await using var receiver = Start(to, "udp-receive", Number(port));
        await receiver.WaitForLine("\"ready\"", StartDeadline);
        var time = TimeSpan.FromSeconds((double)count / rate) + StartDeadline;
        await using var sender = Start(from, "udp-send", address, Number(port), Number(rate), Number(size),
            Number(count));
        await sender.Ends(time);
        var sent = await sender.WaitForLine("\"sent\"", StartDeadline);
        var received = await receiver.WaitForLine("\"received\"", StartDeadline);
        return (Parse<UdpSent>(sent), Parse<UdpReceived>(received));
    }

    internal static T Parse<T>(string line) => JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web)
        ?? throw new LabException($"\"{line}\" is no {typeof(T).Name}");

    internal static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
