using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Holdfast.Fuzz.Instrumentation;

/// <summary>Puts a call of <see cref="Edges.Hit"/> at the start of each basic block of an assembly, in memory.</summary>
internal static class Instrumenter
{
    internal static MemoryStream Instrument(string path)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(path));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        using var module = ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = resolver });
        var hit = module.ImportReference(typeof(Edges).GetMethod(nameof(Edges.Hit)));
        foreach (var type in module.GetTypes())
        {
            foreach (var method in type.Methods.Where(m => m.HasBody)) Instrument(method, hit);
        }
        var written = new MemoryStream();
        module.Write(written);
        written.Position = 0;
        return written;
    }

    private static void Instrument(MethodDefinition method, MethodReference hit)
    {
        var body = method.Body;
        body.SimplifyMacros();
        var number = 0u;
        foreach (var character in method.FullName) number = (number ^ character) * 16777619;
        foreach (var first in BlocksOf(body))
        {
            number = (number * 1664525) + 1013904223;
            // The object stays where branches and handlers point to, and becomes the call; what it was comes behind.
            var was = Instruction.Create(OpCodes.Nop);
            (was.OpCode, was.Operand) = (first.OpCode, first.Operand);
            (first.OpCode, first.Operand) = (OpCodes.Ldc_I4, (int)(number >> 16));
            var il = body.GetILProcessor();
            il.InsertAfter(first, Instruction.Create(OpCodes.Call, hit));
            il.InsertAfter(first.Next, was);
        }
        body.OptimizeMacros();
    }

    private static List<Instruction> BlocksOf(MethodBody body)
    {
        var starts = new HashSet<Instruction> { body.Instructions[0] };
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Operand is Instruction target) starts.Add(target);
            if (instruction.Operand is Instruction[] targets) starts.UnionWith(targets);
            var branches = instruction.OpCode.FlowControl is FlowControl.Cond_Branch;
            if (branches && instruction.Next is not null) starts.Add(instruction.Next);
        }
        foreach (var handler in body.ExceptionHandlers)
        {
            starts.Add(handler.HandlerStart);
            if (handler.FilterStart is not null) starts.Add(handler.FilterStart);
        }
        return [.. body.Instructions.Where(starts.Contains)];
    }
}
