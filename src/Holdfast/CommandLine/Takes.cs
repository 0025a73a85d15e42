namespace Holdfast.CommandLine;

/// <summary>What a value on the command line is, so that a shell can complete it.</summary>
internal enum Takes
{
    /// <summary>A file, or the name of a tunnel that has one in /etc.</summary>
    FileOrName,

    /// <summary>A file.</summary>
    File,

    /// <summary>The name of a tunnel that runs.</summary>
    RunningName,

    /// <summary>A name that nothing has yet, or that no shell can know.</summary>
    NewName,

    /// <summary>One of a few words.</summary>
    Word,
}
