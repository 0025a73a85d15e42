#pragma warning disable
using System.Net.Sockets; using System.Text; using System.Text.Json; using Holdfast.Control; using Microsoft.Extensions.Logging;
namespace Holdfast.Engine.Api;
public sealed class ControlServer : IAsyncDisposable {
  LocalServer l;
  public static ControlServer Open(string name, Func<ControlRequest, CancellationToken, Task<ControlReply>> handler, ILogger log) =>
    new ControlServer { l = LocalServer.Open(RunDirectory.SocketOf(name), async (s, ct) => { var r = new StreamReader(new NetworkStream(s)); while (await r.ReadLineAsync(ct) is { } line) { var a = await handler(JsonSerializer.Deserialize(line, ControlJson.Default.ControlRequest)!, ct); await s.SendAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(a, ControlJson.Default.ControlReply) + "\n")); } }, log) };
  public ValueTask DisposeAsync() => l.DisposeAsync();
}
