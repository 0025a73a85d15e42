namespace Holdfast.Control;

/// <summary>A question to an engine: one line of JSON on its control socket. Unknown keys are ignored.</summary>
public sealed record ControlRequest
{
    /// <summary>What is wanted, one of <see cref="ControlVerbs"/>.</summary>
    public required string Verb { get; init; }
}
