using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Holdfast.LabTests.Scenarios;

namespace Holdfast.LabTests.Soak;

/// <summary>
/// Counts the live objects of an engine: asks its runtime, by the diagnostics port that
/// <see cref="Environment"/> opens for it, for a full collection, and the engine for what was left.
/// </summary>
internal static class HeapCount
{
    private const string Ports = "/run/diagnostics";

    private const byte StopTracing = 1, CollectTracing2 = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Variables for the engine that is to be counted.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Environment = new Dictionary<string, string?>
    {
        ["DOTNET_EnableDiagnostics"] = "1",
        ["TMPDIR"] = Ports,
    };

    /// <summary>Makes the place for the port; before the engine starts.</summary>
    public static void Prepare(Host host) => Directory.CreateDirectory(host.PathOf(Ports));

    /// <summary>Bytes of live objects, right after a full collection.</summary>
    /// <param name="host">Where the engine runs; nothing else there was started with <see cref="Environment"/>.</param>
    /// <param name="tunnel">One of its tunnels.</param>
    public static async Task<long> Of(Host host, string tunnel)
    {
        var port = Directory.GetFiles(host.PathOf(Ports), "dotnet-diagnostic-*").Single();
        var before = await Told(host, tunnel);
        using var trace = await Connect(port);
        var session = await Ask(trace, CollectTracing2, Collection());
        var bytes = await Eventually.Gives(() => Told(host, tunnel), bytes => bytes > 0 && bytes != before, Patience,
            "a full collection");
        using var end = await Connect(port);
        await Ask(end, StopTracing, session);
        return bytes;
    }

    private static async Task<long> Told(Host host, string tunnel)
    {
        // A peer that nobody answers for makes it degraded, which is no failure to tell.
        using var status = JsonDocument.Parse((await host.TryHoldfast("status", tunnel, "--json")).Output);
        return status.RootElement.GetProperty("heap_bytes").GetInt64();
    }

    // The runtime collects when a trace with this keyword begins. The messages are those of dotnet/diagnostics,
    // documentation/design-docs/ipc-protocol.md, in little endian.
    private static byte[] Collection()
    {
        const ulong HeapCollect = 0x80_0000;
        const uint BufferMegabytes = 1, NetTrace = 1, Providers = 1, Informational = 4;
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload);
        writer.Write(BufferMegabytes);
        writer.Write(NetTrace);
        writer.Write(false); // no list of methods at the end
        writer.Write(Providers);
        writer.Write(HeapCollect);
        writer.Write(Informational);
        var provider = Encoding.Unicode.GetBytes("Microsoft-Windows-DotNETRuntime\0");
        writer.Write((uint)provider.Length / 2);
        writer.Write(provider);
        writer.Write(0u); // no filter
        return payload.ToArray();
    }

    private static async Task<Socket> Connect(string path)
    {
        var port = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await port.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return port;
    }

    /// <returns>The number of the trace.</returns>
    private static async Task<byte[]> Ask(Socket port, byte command, byte[] payload)
    {
        const int HeaderBytes = 20;
        const byte EventPipe = 2, Reply = 0xFF, Ok = 0;
        var message = new byte[HeaderBytes + payload.Length];
        "DOTNET_IPC_V1\0"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)message.Length);
        (message[16], message[17]) = (EventPipe, command);
        payload.CopyTo(message, HeaderBytes);
        await port.SendAsync(message);
        var reply = new byte[HeaderBytes + sizeof(ulong)];
        for (var read = 0; read < reply.Length;)
        {
            var count = await port.ReceiveAsync(reply.AsMemory(read));
            Assert.True(count > 0, "the diagnostics port hung up");
            read += count;
        }
        Assert.Equal((Reply, Ok), (reply[16], reply[17]));
        return reply[HeaderBytes..];
    }
}
