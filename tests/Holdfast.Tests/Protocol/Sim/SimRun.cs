namespace Holdfast.Tests.Protocol.Sim;

/// <summary>Runs schedules: the steps, then the checks of what must hold once the wire works again.</summary>
internal static class SimRun
{
    /// <summary>A finding that was mended stays away.</summary>
    public static void Passes(SimSchedule schedule) => Assert.Empty(Of(schedule).Findings.Violations);

    /// <summary>Runs it to its end, or if hasty to the first finding. Sabotage is a mistake put in on purpose.</summary>
    public static SimWorld Of(SimSchedule schedule, bool hasty = false, Action<SimWorld>? sabotage = null)
    {
        var world = new SimWorld(schedule.Seed, schedule.Links) { IsHasty = hasty };
        sabotage?.Invoke(world);
        world.Start();
        foreach (var step in schedule.Steps) step.Apply(world);
        SimEnding.Run(world);
        return world;
    }
}
