namespace Holdfast.Engine.Config;

/// <summary>Reads search domains, which go to the host's resolver as they are.</summary>
internal static class DomainText
{
    /// <summary>Whether a word is a domain and no address; systemd-resolved's ~ may stand in front of it.</summary>
    public static bool IsDomain(string text) =>
        text.Length is > 0 and <= ConfigLimits.HostName && text[0] != '-'
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '~')
        && text.Any(c => !char.IsAsciiDigit(c) && c != '.');
}
