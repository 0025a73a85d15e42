using Holdfast.Fuzz;

namespace Holdfast.Tests;

/// <summary>Reads again what fuzzing kept: every input that reached something, and every one that once was a finding.</summary>
public sealed class FuzzCorpusTests
{
    public static TheoryData<string> Targets => [.. TargetList.Names];

    [Theory, MemberData(nameof(Targets))]
    public void What_is_in_the_corpus_is_survived(string name)
    {
        using var target = TargetList.Make(name);
        var inputs = CorpusFile.Load(Path.Combine(AppContext.BaseDirectory, "Corpus", name + ".txt"));
        Assert.NotEmpty(inputs);
        foreach (var input in inputs)
        {
            try
            {
                target.Read(input);
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"{name}: {CorpusFile.Encode(input)}", fault);
            }
        }
    }

    [Fact]
    public void The_corpus_says_every_byte()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(b => (byte)b), .. "\\x41\\n"u8];
        Assert.Equal(all, CorpusFile.Decode(CorpusFile.Encode(all)));
    }
}
