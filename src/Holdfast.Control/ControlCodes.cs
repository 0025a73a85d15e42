namespace Holdfast.Control;

/// <summary>Kinds of refusals, for programs. Codes are only ever added.</summary>
public static class ControlCodes
{
    /// <summary>The line is no request, or too long.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>This engine does not know the verb.</summary>
    public const string UnknownVerb = "unknown_verb";

    /// <summary>The caller is neither root nor the engine's own user.</summary>
    public const string NotPermitted = "not_permitted";

    /// <summary>The engine did not finish in time.</summary>
    public const string Timeout = "timeout";

    /// <summary>What was asked for failed; the error says how.</summary>
    public const string Failed = "failed";
}
