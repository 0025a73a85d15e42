using System.Text.Json;

namespace Holdfast.Control;

/// <summary>
/// What an engine changed outside its own device, written before it does so, to <c>NAME.json</c> in the run directory: enough
/// for <c>down</c> to leave the machine as it was after the engine was killed.
/// </summary>
public sealed record RunRecord
{
    /// <summary>The interface's name.</summary>
    public required string Name { get; init; }

    /// <summary>The file that the tunnel was made from.</summary>
    public string? File { get; init; }

    /// <summary>Whether the daemon runs it, so that <c>up</c> and <c>down</c> have no hooks to run.</summary>
    public bool ByDaemon { get; init; }

    /// <summary>Kernel settings that were changed, with their values before.</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();

    /// <summary>Routing tables that are this tunnel's alone: rules of ours that lead there are its rules, also when its routes
    /// went with a device that was deleted.</summary>
    public IReadOnlyList<uint> Tables { get; init; } = [];

    /// <summary>Whether there is an nftables table.</summary>
    public bool HasFirewall { get; init; }

    /// <summary>Whether name servers were set.</summary>
    public bool HasDns { get; init; }

    /// <summary>Why the engine ended by itself; null while it runs, or after it was killed.</summary>
    public string? Ended { get; init; }

    /// <summary>The record of a tunnel; null when there is none, or it can't be read.</summary>
    public static RunRecord? TryRead(string path)
    {
        try
        {
            return Parse(System.IO.File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The record in a file's bytes; null when there is none.</summary>
    internal static RunRecord? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var record = JsonSerializer.Deserialize(json, RunRecordJson.Default.RunRecord);
            // The serializer takes null for anything.
            return record is { Name: not null, Sysctls: not null, Tables: not null }
                && !record.Sysctls.Values.Contains(null!) ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces the record as a whole.</summary>
    /// <exception cref="IOException">The directory can't be written.</exception>
    public void Write(string path)
    {
        var next = path + ".new";
        System.IO.File.WriteAllBytes(next, ToJson());
        System.IO.File.Move(next, path, overwrite: true);
    }

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RunRecordJson.Default.RunRecord);
}
