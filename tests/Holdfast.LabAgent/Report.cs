using System.Text.Json;

namespace Holdfast.LabAgents;

/// <summary>Prints what the tests read: one JSON object a line.</summary>
internal static class Report
{
    public static void Print<T>(T report)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
        Console.Out.Flush();
    }

    public static void Ready(int port) => Print(new { Ready = port });
}
