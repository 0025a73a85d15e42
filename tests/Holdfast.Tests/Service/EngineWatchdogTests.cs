using System.Threading.Channels;
using Holdfast.Engine.DataPlane;
using Holdfast.Engine.Service;
using Holdfast.Tests.Api;

namespace Holdfast.Tests.Service;

public sealed class EngineWatchdogTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_hears_of_life_only_after_every_engine_has_answered()
    {
        var ticks = Channel.CreateUnbounded<bool>();
        var questions = Channel.CreateUnbounded<TaskCompletionSource>();
        var alive = 0;
        using var end = new CancellationTokenSource();
        var watching = EngineWatchdog.RunAsync(
            ticks.Reader.ReadAsync, Ask, () => Interlocked.Increment(ref alive), end.Token);

        var first = await questions.Reader.ReadAsync(end.Token).AsTask().WaitAsync(Deadline, end.Token);
        ticks.Writer.TryWrite(true);
        ticks.Writer.TryWrite(true);
        Assert.Equal(0, Volatile.Read(ref alive)); // nobody has answered, and two ticks do not change that
        first.SetResult();
        var second = await questions.Reader.ReadAsync(end.Token).AsTask().WaitAsync(Deadline, end.Token);
        Assert.Equal(1, Volatile.Read(ref alive));
        second.SetResult();
        await questions.Reader.ReadAsync(end.Token).AsTask().WaitAsync(Deadline, end.Token);
        Assert.Equal(2, Volatile.Read(ref alive));

        await end.CancelAsync(); // the third question stays without an answer, and is not waited for
        await watching.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(2, Volatile.Read(ref alive));

        Task Ask()
        {
            var question = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            questions.Writer.TryWrite(question);
            return question.Task;
        }
    }

    [Fact]
    public async Task A_tunnel_whose_thread_hangs_does_not_answer()
    {
        await using var room = TunnelRoom.Open();
        using var letGo = new ManualResetEventSlim();
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hanging = room.Tunnel.AskAsync(_ =>
        {
            hangs.SetResult();
            letGo.Wait(Deadline);
            return true;
        });
        await hangs.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        var answer = room.Tunnel.AnswersAsync();
        Assert.False(answer.IsCompleted); // its thread stands in our function: it can't have
        letGo.Set();
        await answer.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.True(await hanging);
    }

    [Fact]
    public async Task A_tunnel_that_has_ended_hangs_nowhere()
    {
        await using var room = TunnelRoom.Open();
        await room.Tunnel.EndAsync(new EndReason(EndKind.Down, "told to"));
        await room.Tunnel.AnswersAsync().WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }
}
