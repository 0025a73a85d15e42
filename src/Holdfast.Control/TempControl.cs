#pragma warning disable
using System.Net.Sockets; using System.Text; using System.Text.Json; using System.Text.Json.Serialization;
namespace Holdfast.Control;
public static class RunDirectory {
  public static string Path => Environment.GetEnvironmentVariable("HOLDFAST_RUN_DIR") is { Length: > 0 } p ? p : "/run/holdfast";
  public static string RecordOf(string name) => System.IO.Path.Combine(Path, name + ".json");
  public static string SocketOf(string name) => System.IO.Path.Combine(Path, name + ".sock");
}
public enum ControlVerb { Ping, Status, Down }
public sealed record ControlRequest { public ControlVerb Verb { get; init; } }
public sealed record ControlReply { public bool Ok { get; init; } = true; public string? Error { get; init; } public TunnelStatus? Status { get; init; }
  public static ControlReply Done => new(); public static ControlReply Refused(string e) => new() { Ok = false, Error = e }; public static ControlReply Of(TunnelStatus s) => new() { Status = s }; }
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ControlRequest))][JsonSerializable(typeof(ControlReply))]
public sealed partial class ControlJson : JsonSerializerContext;
public sealed class ControlClient : IAsyncDisposable {
  Socket s; StreamReader r;
  public static async Task<bool> IsRunningAsync(string name) { try { await using var c = await ConnectAsync(name); return true; } catch (SocketException) { return false; } }
  public static async Task<ControlClient> ConnectAsync(string name) { var s = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified); await s.ConnectAsync(new UnixDomainSocketEndPoint(RunDirectory.SocketOf(name))); return new ControlClient { s = s, r = new StreamReader(new NetworkStream(s)) }; }
  public async Task<ControlReply> AskAsync(ControlRequest q) { await s.SendAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(q, ControlJson.Default.ControlRequest) + "\n")); return JsonSerializer.Deserialize((await r.ReadLineAsync())!, ControlJson.Default.ControlReply)!; }
  public async Task WaitForEndAsync(TimeSpan atMost) { await r.ReadToEndAsync().WaitAsync(atMost); }
  public async ValueTask DisposeAsync() { s.Dispose(); }
}
