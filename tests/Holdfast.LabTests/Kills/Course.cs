namespace Holdfast.LabTests.Kills;

/// <summary>A phase that has begun.</summary>
/// <param name="Victims">Who is to be killed: asked at that moment.</param>
/// <param name="Over">Ends with the phase; with those of its processes that nobody killed.</param>
internal sealed record Course(Func<IEnumerable<int>> Victims, Task Over);
