using System.Diagnostics;

namespace Holdfast.Labs;

/// <summary>Waits for conditions. The one place in the tests that lets time pass between two looks.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="condition">The condition; what it throws counts as "not yet" and is shown when time is
    /// up.</param>
    /// <param name="within">The deadline. The condition is asked at least once.</param>
    /// <param name="what">What is waited for, to be read after "waited for".</param>
    /// <param name="state">Describes what there is instead, for the failure's message.</param>
    /// <exception cref="LabException">The deadline passed.</exception>
    public static Task Until(Func<bool> condition, TimeSpan within, string what, Func<string>? state = null)
        => Until(() => Task.FromResult(condition()), within, what, state);

    /// <inheritdoc cref="Until(Func{bool}, TimeSpan, string, Func{string})"/>
    public static async Task Until(Func<Task<bool>> condition, TimeSpan within, string what,
        Func<string>? state = null)
        => await Poll(async () => (await condition(), state), done => done.Item1, within, what,
            _ => state?.Invoke() ?? "the condition does not hold");

    /// <summary>Probes until the answer is good, and returns that answer.</summary>
    /// <param name="probe">Asks; what it throws counts as "not yet" and is shown when time is up.</param>
    /// <param name="good">Judges the answer.</param>
    /// <param name="within">The deadline. There is at least one probe.</param>
    /// <param name="what">What is waited for, to be read after "waited for".</param>
    /// <typeparam name="T">The answer.</typeparam>
    /// <exception cref="LabException">The deadline passed; the last answer is in the message.</exception>
    public static Task<T> Gives<T>(Func<Task<T>> probe, Func<T, bool> good, TimeSpan within, string what)
        => Poll(probe, good, within, what, answer => answer?.ToString() ?? "nothing");

    private static async Task<T> Poll<T>(Func<Task<T>> probe, Func<T, bool> good, TimeSpan within, string what,
        Func<T, string> show)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            string last;
            Exception? failure = null;
            try
            {
                var answer = await probe();
                if (good(answer))
                    return answer;
                last = show(answer);
            }
            catch (Exception e)
            {
                failure = e;
                last = $"{e.GetType().Name}: {e.Message}";
            }
            if (watch.Elapsed >= within)
                throw new LabException(
                    $"waited {watch.Elapsed.TotalSeconds:0.00} s for {what}; last seen: {last}", failure);
            await Task.Delay(Interval);
        }
    }
}
