namespace Holdfast.Protocol;

/// <summary>Where keys, indices, nonces and jitter come from: the system's generator, or a seed in simulation.</summary>
public interface IRandomSource
{
    /// <summary>Fills with unpredictable bytes.</summary>
    void Fill(Span<byte> fill);
}
