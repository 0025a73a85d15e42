namespace Holdfast.Labs;

/// <summary>What a flood of initiations was, and what came back.</summary>
/// <param name="Flooded">Initiations sent.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Refused">Initiations that the kernel did not take.</param>
/// <param name="Cookies">Cookie replies that came back.</param>
/// <param name="Responses">Handshake responses that came back.</param>
/// <param name="Others">Anything else that came back.</param>
/// <param name="LongestAnswer">Bytes of the longest answer's UDP payload; an initiation has 148.</param>
public sealed record FloodReport(long Flooded, double Seconds, long Refused, long Cookies, long Responses, long Others,
    int LongestAnswer);
