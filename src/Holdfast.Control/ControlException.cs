namespace Holdfast.Control;

/// <summary>An engine could not be asked.</summary>
public sealed class ControlException : IOException
{
    /// <summary>With the kind, and a sentence that says what to do.</summary>
    public ControlException(ControlFailure failure, string message, Exception? cause = null)
        : base(message, cause) => Failure = failure;

    /// <summary>The kind.</summary>
    public ControlFailure Failure { get; }
}
