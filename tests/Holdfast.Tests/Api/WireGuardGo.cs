using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Tests.Api;

/// <summary>
/// Debian's wireguard-go with one device, in a network namespace and a socket directory of the test's.
/// </summary>
internal sealed class WireGuardGo : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _sockets = Directory.CreateTempSubdirectory("holdfast-go-");
    private readonly Process _process;

    private WireGuardGo(SafeFileHandle space, string name)
    {
        Tool = new WgTool(space, _sockets.FullName);
        _process = Tool.Start("wireguard-go", "--foreground", name);
    }

    internal WgTool Tool { get; }

    internal static async Task<WireGuardGo> StartAsync(SafeFileHandle space, string name)
    {
        var started = new WireGuardGo(space, name);
        using var deadline = new CancellationTokenSource(Deadline);
        while (!File.Exists(Path.Combine(started._sockets.FullName, $"{name}.sock")))
        {
            Assert.False(started._process.HasExited, "wireguard-go (Debian package wireguard-go) ended at once");
            await Task.Delay(10, deadline.Token);
        }
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _sockets.Delete(recursive: true);
    }
}
