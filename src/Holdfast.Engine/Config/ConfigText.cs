using Holdfast.Linux;

namespace Holdfast.Engine.Config;

/// <summary>A file's text, and who may get at it.</summary>
/// <param name="Text">The text, read as UTF-8.</param>
/// <param name="Mode">The file's permissions.</param>
/// <param name="DirectoryMode">The permissions of the directory that holds the file, links followed.</param>
/// <param name="Owner">The user id of the file's owner.</param>
public sealed record ConfigText(string Text, UnixFileMode Mode, UnixFileMode DirectoryMode, uint Owner)
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Whether users other than owner and group get at it: wg-quick's rule, a permission that file and
    /// directory both give.</summary>
    public bool IsOpenToOthers => (Mode & DirectoryMode & Others) != 0;

    /// <summary>Whether anybody but the owner may write it.</summary>
    public bool IsWritableByOthers => (Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;

    /// <summary>Whether it belongs neither to this process's user nor to root.</summary>
    public bool IsOthers => Owner != 0 && Owner != Privileges.EffectiveUserId;

    /// <summary>Never the text: it may be a key.</summary>
    public override string ToString() => $"{Text.Length} characters, mode {Convert.ToString((int)Mode, 8)}";
}
