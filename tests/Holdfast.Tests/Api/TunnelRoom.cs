using Holdfast.Engine;
using Holdfast.Engine.Api;
using Holdfast.Linux.Namespaces;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Tests.Api;

/// <summary>
/// A running tunnel with its socket for <c>wg</c>, in a network namespace and a directory of its own.
/// </summary>
internal sealed class TunnelRoom : IAsyncDisposable
{
    private TunnelRoom(SafeFileHandle space, DirectoryInfo directory, string name)
    {
        (Space, Directory) = (space, directory);
        Tunnel = NetworkNamespace.RunIn(space, () =>
            RunningTunnel.Start(new TunnelOptions { Name = name }, NullLogger.Instance));
        Socket = WireGuardSocket.Open(directory.FullName, name, Tunnel, NullLogger.Instance);
    }

    internal SafeFileHandle Space { get; }

    internal DirectoryInfo Directory { get; }

    internal RunningTunnel Tunnel { get; }

    internal WireGuardSocket Socket { get; }

    internal static TunnelRoom Open(string name = "wg0") =>
        new(NetworkNamespace.Create(), System.IO.Directory.CreateTempSubdirectory("holdfast-api-"), name);

    /// <summary>Sends a request and reads the answer until the server has sent its errno.</summary>
    internal async Task<string> AskAsync(string request)
    {
        using var client = LocalClient.Connect(Socket.Path);
        await client.SendAsync(request);
        return await client.ReadUntilAsync("\n\n");
    }

    public async ValueTask DisposeAsync()
    {
        await Socket.DisposeAsync();
        await Tunnel.DisposeAsync();
        Space.Dispose();
        Directory.Delete(recursive: true);
    }
}
