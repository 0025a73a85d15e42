using System.Diagnostics;
using Holdfast.Fuzz.Instrumentation;

namespace Holdfast.Fuzz.Loop;

/// <summary>
/// The search: takes an input that found something, changes it, and keeps what finds more. Between inputs it allocates
/// nothing, so that what a target allocates can be seen.
/// </summary>
internal sealed class Fuzzer : IDisposable
{
    private const int Trims = 200;
    private const int MostFindings = 20;
    private const long MayGrow = 4 << 20;

    private readonly Target _target;
    private readonly FuzzPlan _plan;
    private readonly TextWriter _out;
    private readonly Mutator _mutator;
    private readonly byte[] _work;
    private readonly byte[] _trimmed;
    private readonly List<byte[]> _pool = [];
    private readonly List<byte[]> _grown = [];
    private readonly HashSet<string> _findings = [];
    private readonly Watchdog _watchdog;
    private readonly FuzzFigures _figures;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private byte[] _input = [];
    private int _length;
    private TimeSpan _shown;

    internal Fuzzer(Target target, FuzzPlan plan, TextWriter output)
    {
        (_target, _plan, _out) = (target, plan, output);
        _mutator = new Mutator(plan.Seed, [.. target.Dictionary]);
        _work = new byte[target.LongestInput];
        _trimmed = new byte[target.LongestInput];
        _figures = new FuzzFigures { Seed = plan.Seed };
        _watchdog = new Watchdog(Hang);
    }

    /// <summary>Looks as long as the plan says.</summary>
    internal FuzzFigures Run()
    {
        LoadCorpus();
        MemoryUse? start = null;
        while (_figures.Executions < _plan.Executions && _clock.Elapsed < _plan.Time && _findings.Count < MostFindings)
        {
            if (start is null && IsWarm) start = MemoryUse.Now();
            var from = Pick();
            for (var energy = 64; energy > 0 && _figures.Executions < _plan.Executions; energy--)
            {
                from.CopyTo(_work.AsSpan());
                _length = _mutator.Mutate(_work, from.Length, _pool[_mutator.Below(_pool.Count)]);
                _input = _work;
                if (Execute(_work.AsSpan(0, _length)) && Edges.IsNew()) Keep(_work.AsSpan(0, _length));
            }
            if ((_figures.Executions & 1023) < 64) ShowProgress();
        }
        CheckMemory(start);
        return Finish();
    }

    // By then everything is compiled, and what is kept for later is full.
    private bool IsWarm => _figures.Executions > _plan.Executions / 3 || _clock.Elapsed > _plan.Time / 3;

    private void LoadCorpus()
    {
        List<byte[]> inputs = [.. CorpusFile.Load(_plan.CommittedOf(_target.Name)), .. CorpusFile.Load(_plan.GrownOf(_target.Name))];
        inputs.AddRange(_target.Seeds);
        foreach (var input in inputs.Where(i => i.Length <= _target.LongestInput))
        {
            (_input, _length) = (input, input.Length);
            if (!Execute(input) || !Edges.IsNew()) continue;
            Edges.TakeNew();
            _pool.Add(input);
        }
        if (_pool.Count == 0) _pool.Add([.. "0"u8]);
    }

    // The latest finds lead further more often than the oldest.
    private byte[] Pick() => _mutator.Below(2) == 0
        ? _pool[_mutator.Below(_pool.Count)]
        : _pool[^(1 + _mutator.Below(Math.Max(1, _pool.Count / 4)))];

    /// <summary>Whether the input was read without a finding.</summary>
    private bool Execute(ReadOnlySpan<byte> input)
    {
        _watchdog.Begin(++_figures.Executions);
        Edges.Begin();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            _target.Read(input);
        }
#pragma warning disable CA1031 // whatever comes out is a finding
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _watchdog.Begin(-1);
            Found(fault, input);
            return false;
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        _watchdog.Begin(-1);
        if (allocated <= _target.MayAllocate(input.Length) || AllocatesLess(input)) return true;
        Found(new FindingException($"{allocated} bytes allocated for {input.Length}"), input, "memory");
        return false;
    }

    /// <summary>
    /// Whether it allocates as little as it may when it is read again: a collection that another thread begins counts what is
    /// left of this thread's buffer.
    /// </summary>
    private bool AllocatesLess(ReadOnlySpan<byte> input)
    {
        for (var again = 0; again < 4; again++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _target.Read(input);
            if (GC.GetAllocatedBytesForCurrentThread() - before <= _target.MayAllocate(input.Length)) return true;
        }
        return false;
    }

    /// <summary>Keeps an input that found something, cut down to what that needs.</summary>
    private void Keep(ReadOnlySpan<byte> input)
    {
        var features = Edges.TakeNew();
        input.CopyTo(_trimmed);
        var length = input.Length;
        var left = Trims;
        _input = _trimmed;
        Span<byte> cut = stackalloc byte[_target.LongestInput];
        for (var piece = Math.Max(1, length / 2); piece >= 1 && left > 0; piece /= 2)
        {
            for (var at = 0; at + piece <= length && left-- > 0;)
            {
                _trimmed.AsSpan(0, length).CopyTo(cut);
                _trimmed.AsSpan((at + piece)..length).CopyTo(_trimmed.AsSpan(at));
                _length = length - piece;
                if (Execute(_trimmed.AsSpan(0, _length)) && Edges.Did(features))
                {
                    length = _length;
                }
                else
                {
                    cut[..length].CopyTo(_trimmed);
                    at += piece;
                }
            }
        }
        var kept = _trimmed.AsSpan(0, length).ToArray();
        _pool.Add(kept);
        _grown.Add(kept);
    }

    private void ShowProgress()
    {
        if (Console.IsOutputRedirected || _clock.Elapsed - _shown < TimeSpan.FromSeconds(1)) return;
        _shown = _clock.Elapsed;
        _out.Write($"\r{_target.Name}: {_figures.Executions:n0} executions, {Edges.Known} edges, {_pool.Count} inputs, "
            + $"{_findings.Count} findings \e[K");
    }

    private void Found(Exception fault, ReadOnlySpan<byte> input, string kind = "crash")
    {
        if (kind == "memory" || fault.Message.Contains("allocated", StringComparison.Ordinal)) _figures.Allocations++;
        else _figures.Crashes++;
        _target.Reset();
        var place = fault.StackTrace?.Split('\n').FirstOrDefault(f => !f.Contains(nameof(Target.Read), StringComparison.Ordinal));
        if (!_findings.Add(fault.GetType().Name + (kind == "memory" ? "" : fault is FindingException ? fault.Message : place))) return;
        Tell($"{kind}: {fault}", Save(kind, input));
    }

    /// <summary>The execution can't be stopped, so the process is.</summary>
    private void Hang()
    {
        var path = Save("hang", _input.AsSpan(0, _length));
        _figures.Hangs++;
        Tell("hang: more than a second of processor time", path);
        Finish();
        Environment.Exit(1);
    }

    private string Save(string kind, ReadOnlySpan<byte> input)
    {
        Directory.CreateDirectory(_plan.OutDirectory);
        var path = Path.Combine(_plan.OutDirectory, $"{_target.Name}-{kind}-{_plan.Seed}-{_figures.Executions}");
        File.WriteAllBytes(path, input);
        return path;
    }

    private void Tell(string what, string path) =>
        _out.WriteLine($"\r{_target.Name}: {what}\n  again: make fuzz ARGS='--replay {path} {_target.Name}'");

    private void CheckMemory(MemoryUse? start)
    {
        if (start is not { } base_) return;
        var end = MemoryUse.Now();
        var (managed, native) = (end.Managed - base_.Managed - _grown.Sum(g => g.Length + 64L), end.Native - base_.Native);
        if (managed <= MayGrow && native <= MayGrow) return;
        _figures.Leaks++;
        _out.WriteLine($"\r{_target.Name}: leak: {managed:n0} bytes of the heap, {native:n0} of malloc's, after {_figures.Executions:n0} executions");
    }

    private FuzzFigures Finish()
    {
        (_figures.Seconds, _figures.Edges, _figures.Corpus) = (_clock.Elapsed.TotalSeconds, Edges.Known, _pool.Count);
        Directory.CreateDirectory(_plan.OutDirectory);
        if (_grown.Count > 0)
            CorpusFile.Save(_plan.GrownOf(_target.Name), [.. CorpusFile.Load(_plan.GrownOf(_target.Name)), .. _grown]);
        _figures.Append(_plan.FiguresOf(_target.Name));
        return _figures;
    }

    public void Dispose() => _watchdog.Dispose();
}
