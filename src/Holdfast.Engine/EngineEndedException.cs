namespace Holdfast.Engine;

/// <summary>The tunnel's engine has ended, so it can't be asked any more.</summary>
public sealed class EngineEndedException : InvalidOperationException
{
    /// <summary>With the one text that there is.</summary>
    public EngineEndedException()
        : base("the tunnel has ended")
    {
    }
}
