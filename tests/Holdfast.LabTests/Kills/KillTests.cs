using System.Diagnostics;

namespace Holdfast.LabTests.Kills;

/// <summary>
/// kill -9 at random instants of every phase: the next start succeeds, keys and the endpoint are as they were, and
/// `down` leaves nothing. HOLDFAST_KILLS and HOLDFAST_KILL_SEED change how many, and which.
/// </summary>
public sealed class KillTests : LabTest
{
    /// <summary>A kill may also come right after the phase.</summary>
    private const double Beyond = 1.2;

    [Fact]
    public Task Killed_in_every_phase_it_starts_again_and_leaves_nothing() => Run(16);

    [Fact(Explicit = true)]
    public Task Killed_at_three_hundred_instants_it_starts_again_and_leaves_nothing()
        => Run(Setting.Of("HOLDFAST_KILLS", 300));

    private async Task Run(int count)
    {
        var seed = Setting.Of("HOLDFAST_KILL_SEED", Random.Shared.Next());
        var dice = new Random(seed);
        Say($"seed {seed}");
        var hub = new KilledHub(await Draw("site -isp- hub"));
        await hub.Prepare();
        var phases = new Phases(hub, dice).All;
        var lengths = new Dictionary<Phase, TimeSpan>();
        var (hits, forgotten) = (0, 0);
        for (var kill = 0; kill < count; kill++)
        {
            // Each phase gets its share; which instant of it, the dice say.
            var phase = phases[kill % phases.Count];
            var at = TimeSpan.Zero;
            try
            {
                if (!lengths.ContainsKey(phase))
                    Say($"{phase.Name} takes {(lengths[phase] = await Measure(hub, phase)).TotalMilliseconds:F1} ms");
                at = lengths[phase] * (dice.NextDouble() * Beyond);
                var (victims, kept) = await Kill(hub, phase, at);
                hits += victims > 0 ? 1 : 0;
                forgotten += kept ? 0 : 1;
                Say($"{kill + 1}: {phase.Name}, {at.TotalMilliseconds:F2} ms, {victims} killed"
                    + (kept ? "" : "; newest endpoint not kept yet"));
            }
            catch (Exception e)
            {
                throw new LabException(
                    $"seed {seed}, kill {kill + 1}: {phase.Name} at {at.TotalMilliseconds:F2} ms: {e.Message}", e);
            }
        }
        Say($"{count} instants in {phases.Count} phases, {hits} hit a process; "
            + $"{forgotten} came before the newest endpoint was on disk");
    }

    private static async Task<TimeSpan> Measure(KilledHub hub, Phase phase)
    {
        hub.WriteFiles(save: false, larger: false);
        await phase.Ready();
        var course = await phase.Begin();
        var watch = Stopwatch.StartNew();
        await course.Over;
        var length = watch.Elapsed;
        await AfterPhase(hub, phase);
        return length;
    }

    /// <returns>How many processes were killed, and whether the newest endpoint was on disk by then.</returns>
    private static async Task<(int Victims, bool Kept)> Kill(KilledHub hub, Phase phase, TimeSpan at)
    {
        hub.WriteFiles(save: false, larger: false);
        await phase.Ready();
        var before = hub.Kept();
        Assert.NotEmpty(before);
        var course = await phase.Begin();
        var watch = Stopwatch.StartNew();
        var victims = await Instant.Kill(watch, at, course.Victims);
        await course.Over;
        await hub.Gone(victims);
        // What is on disk is what the next engine must know.
        var kept = hub.Kept();
        if (!phase.MovesEndpoint)
            Assert.Equal(before, kept);
        await AfterPhase(hub, phase, kept == before && phase.MovesEndpoint ? null : kept);
        return (victims.Count, kept != before || !phase.MovesEndpoint);
    }

    private static async Task AfterPhase(KilledHub hub, Phase phase, string? endpoint = null)
    {
        if (phase.LosesClient)
            await hub.EndOrphan();
        await hub.Start(phase.Mode);
        await hub.IsWhole(phase.Mode, phase.Mode == Mode.Device ? null : endpoint);
        await hub.Stop(phase.Mode);
        hub.WriteFiles(save: false, larger: false);
        await hub.IsBare();
    }
}
