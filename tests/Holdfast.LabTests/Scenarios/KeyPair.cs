namespace Holdfast.LabTests.Scenarios;

/// <summary>A WireGuard key pair. The same ones in every run, so that a failed run's captures can be compared; they
/// protect nothing.</summary>
internal sealed record KeyPair(string Private, string Public)
{
    public const string Preshared = "QYd0lzhlAvi5CeuJ/Fs63IpGAyMMmuNEGw7dEEg3djE=";

    public static readonly KeyPair Hub = new(
        "KMbYxTjJbAuHkenOIO6OeZah4P94627J2Cj27Uvh+3g=", "8DQOis/RbodUTaMkaoHHtJZQr3ZI/v1TrlhxEn9jXSg=");

    public static readonly KeyPair Site = new(
        "IO6rA26MZ2tg4pkMLGh+E+rTCjqE2Gn15vRE+5jX3FE=", "uSui+2cIWdK+JwP+z3fim6kECaGo6fCBRgfpA6MWE04=");

    public static readonly KeyPair Third = new(
        "oGiJ7JhFmgaWkbdoul75tcRgHFgz//M61fqsq7fzG2I=", "S0ZXW5r22o/XDGFzBUrBZ5lI5wPC9Ckc1mPJd6Fzdik=");

    public static readonly KeyPair Fourth = new(
        "4H6NIhJkb8Thh1hHJtSXBLtAJH+G1sEdWgBzsc+5o2I=", "ecjMmJ3tjNROnctr2v3dg6/4vgt4brhLuwyuNF696i8=");
}
