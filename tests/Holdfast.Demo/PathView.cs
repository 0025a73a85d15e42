using Holdfast.Labs;

namespace Holdfast.Demos;

/// <summary>
/// The site's paths, as `holdfast path list` has them: on a terminal below the story, all the time; else told when somebody asks.
/// </summary>
internal sealed class PathView : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    private readonly Host _site;
    private readonly string _device;
    private readonly Story _story;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public PathView(Host site, string device, Story story)
    {
        (_site, _device, _story) = (site, device, story);
        _loop = story.HasView ? Follow() : Task.CompletedTask;
    }

    /// <summary>Tells how the paths are, where there is no view of them.</summary>
    public async Task Tell()
    {
        if (_story.HasView)
            return;
        foreach (var line in await Lines())
            _story.More($"  {line}");
    }

    /// <summary>Ends the view.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task Follow()
    {
        while (!_stop.IsCancellationRequested)
        {
            _story.Show(["", $"    site: holdfast path list {_device}", .. (await Lines()).Select(line => $"      {line}")]);
            await Task.Delay(Interval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _story.Show();
    }

    private async Task<string[]> Lines()
        => (await _site.Run(RunOptions.Usual with { MayFail = true }, HoldfastBinary.Path, "path", "list", _device)).Lines;
}
