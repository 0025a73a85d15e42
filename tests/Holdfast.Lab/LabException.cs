namespace Holdfast.Labs;

/// <summary>Something in the lab did not go as the test demands; the message says what, where and what was
/// seen.</summary>
public sealed class LabException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What, where, and what was seen.</param>
    /// <param name="cause">What it came from, if anything.</param>
    public LabException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
