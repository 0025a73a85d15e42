using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Engine.Config;

namespace Holdfast.Commands;

/// <summary>What <c>config check --json</c> prints. Fields are only ever added.</summary>
internal static class FindingsJson
{
    private static readonly JsonWriterOptions Style = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The document, without a line end behind it.</summary>
    public static string Text(ConfigResult<NodeConfig> result)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Style))
        {
            json.WriteStartObject();
            json.WriteString("file", result.File);
            json.WriteBoolean("right", result.Value is not null);
            Write(json, "errors", result.Errors);
            Write(json, "warnings", result.Warnings);
            json.WriteStartArray("tunnels");
            foreach (var tunnel in result.Value?.Tunnels ?? [])
            {
                json.WriteStartObject();
                json.WriteString("name", tunnel.Name);
                json.WriteNumber("peers", tunnel.Peers.Count);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, ValueList<ConfigError> findings)
    {
        json.WriteStartArray(name);
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteNumber("line", finding.Line);
            json.WriteNumber("column", finding.Column);
            json.WriteString("message", finding.Message);
            json.WriteString("hint", finding.Hint);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
