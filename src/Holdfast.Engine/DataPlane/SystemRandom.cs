using System.Security.Cryptography;
using Holdfast.Protocol;

namespace Holdfast.Engine.DataPlane;

/// <summary>The system's generator (getrandom by way of the framework).</summary>
internal sealed class SystemRandom : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> fill) => RandomNumberGenerator.Fill(fill);
}
