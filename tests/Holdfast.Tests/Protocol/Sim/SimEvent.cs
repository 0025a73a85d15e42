using Holdfast.Protocol;

namespace Holdfast.Tests.Protocol.Sim;

/// <summary>One thing that happened in a simulation, kept to be printed with a failure. Node 0 is a stranger.</summary>
internal readonly record struct SimEvent(
    MonoTime At, string What, int From, int To, uint Type, int Length, Drop Drop)
{
    public override string ToString()
    {
        if (Type == 0 && Length == 0) return What;
        var message = Type switch
        {
            0 => $"noise {Length}",
            1 => "initiation",
            2 => "response",
            3 => "cookie",
            _ => $"data {Length}",
        };
        return $"{At.Nanoseconds / 1e9:F3} s: {From} > {To} {message} {What}{(Drop == Drop.None ? "" : $": {Drop}")}";
    }
}
