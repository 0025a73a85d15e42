using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Holdfast.Engine.Config;

/// <summary>The JSON schema of a node's file, for editors; made from <see cref="YamlKeys"/>.</summary>
public static class ConfigSchema
{
    private static readonly JsonWriterOptions Style = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema's text (JSON Schema, draft 2020-12).</summary>
    public static string Text()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Style))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "Holdfast's node file");
            WriteKeys(json, YamlKeys.File);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    // Into an object that is already open.
    private static void WriteKeys(Utf8JsonWriter json, ConfigSection section)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        string[] required = [.. section.Keys.Where(k => k.Presence == ConfigPresence.Required).Select(k => k.Name)];
        if (required.Length > 0)
        {
            json.WriteStartArray("required");
            foreach (string name in required) json.WriteStringValue(name);
            json.WriteEndArray();
        }
        json.WriteStartObject("properties");
        foreach (var key in section.Taken)
        {
            json.WriteStartObject(key.Name);
            json.WriteString("description", key.Description);
            WriteType(json, key);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, ConfigKey key)
    {
        switch (key.Type)
        {
            case ConfigType.Section:
                WriteKeys(json, key.Below!);
                break;
            case ConfigType.Sections:
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                WriteKeys(json, key.Below!);
                json.WriteEndObject();
                break;
            case ConfigType.Addresses or ConfigType.Prefixes or ConfigType.IpAddresses or ConfigType.Words
                or ConfigType.Endpoints or ConfigType.Listeners:
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                json.WriteString("type", "string");
                json.WriteEndObject();
                break;
            case ConfigType.Mtu:
                WriteNumber(json, 68, 65535);
                break;
            case ConfigType.Weight:
                WriteNumber(json, 1, ConfigLimits.Weight);
                break;
            case ConfigType.Flag:
                json.WriteString("type", "boolean");
                break;
            case ConfigType.Mark or ConfigType.Table:
                WriteNumberOrWord(json, uint.MaxValue);
                break;
            case ConfigType.Keepalive:
                WriteNumberOrWord(json, ushort.MaxValue);
                break;
            case ConfigType.Kind:
                WriteWords(json, "wireguard");
                break;
            case ConfigType.Device:
                WriteWords(json, "tun");
                break;
            case ConfigType.Cipher:
                WriteWords(json, "auto", "wireguard");
                break;
            case ConfigType.Paths:
                WriteWords(json, PathModeText.Words);
                break;
            case ConfigType.Key:
                WritePattern(json, "^[A-Za-z0-9+/]{43}=$");
                break;
            case ConfigType.InterfaceName:
                WritePattern(json, "^[a-zA-Z0-9_=+.-]{1,15}$");
                break;
            default:
                json.WriteString("type", "string");
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, long least, long most)
    {
        json.WriteString("type", "integer");
        json.WriteNumber("minimum", least);
        json.WriteNumber("maximum", most);
    }

    // Words such as off, or hexadecimal numbers that an editor may take for text.
    private static void WriteNumberOrWord(Utf8JsonWriter json, long most)
    {
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        WriteNumber(json, 0, most);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteEndObject();
        // YAML 1.1 editors read a bare off as false.
        json.WriteStartObject();
        json.WriteBoolean("const", false);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteWords(Utf8JsonWriter json, params ReadOnlySpan<string> words)
    {
        json.WriteStartArray("enum");
        foreach (string word in words) json.WriteStringValue(word);
        json.WriteEndArray();
    }

    private static void WritePattern(Utf8JsonWriter json, string pattern)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", pattern);
    }
}
