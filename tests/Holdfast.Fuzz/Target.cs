namespace Holdfast.Fuzz;

/// <summary>Something that reads what others wrote. One thread.</summary>
internal abstract class Target : IDisposable
{
    /// <summary>What it is called on the command line and in the corpus.</summary>
    internal abstract string Name { get; }

    /// <summary>Inputs are not made longer than this, in bytes.</summary>
    internal virtual int LongestInput => 2048;

    /// <summary>Pieces that inputs are made of.</summary>
    internal virtual IEnumerable<byte[]> Dictionary => [];

    /// <summary>Inputs to begin with when there is no corpus.</summary>
    internal abstract IEnumerable<byte[]> Seeds { get; }

    /// <summary>Bytes that reading an input of this length may allocate.</summary>
    internal virtual long MayAllocate(int length) => (64 << 10) + (512L * length);

    /// <summary>
    /// Reads an input and checks what came of it. A clean refusal returns; every exception that comes out is a finding.
    /// </summary>
    internal abstract void Read(ReadOnlySpan<byte> input);

    /// <summary>Begins anew after a finding.</summary>
    internal virtual void Reset()
    {
    }

    public void Dispose() => Close();

    /// <summary>Frees what it holds.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>A finding, if something that must hold does not.</summary>
    protected static void Require(bool holds, string what)
    {
        if (!holds) throw new FindingException(what);
    }
}
