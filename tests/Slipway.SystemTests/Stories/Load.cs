using System.Net;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>
/// Visitors who ask a <see cref="VersionedSite"/> all the time, each on a connection of its own, and write down every answer that
/// should not have been.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _wrong = [];
    private readonly List<Task> _visitors;
    private int _requests;
    private int _newest;
    private int _coming;

    public Load(Platform platform, string app, int connections, int version)
    {
        _newest = _coming = version;
        _visitors = [.. Enumerable.Range(1, connections).Select(_ => Task.Run(() => VisitAsync(platform, app)))];
    }

    public int Requests => Volatile.Read(ref _requests);

    public IReadOnlyList<string> Wrong
    {
        get { lock (_wrong) return [.. _wrong]; }
    }

    /// <summary>From now on this version may answer.</summary>
    public void Expect(int version) => Volatile.Write(ref _coming, version);

    /// <summary>From now on nothing older may answer.</summary>
    public void Swapped(int version) => Raise(version);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_visitors);
        _stop.Dispose();
    }

    private async Task VisitAsync(Platform platform, string app)
    {
        using var site = platform.Site(app);
        while (!_stop.IsCancellationRequested)
        {
            // Whatever has answered before this request began is the oldest that may answer it.
            var oldest = Volatile.Read(ref _newest);
            var (problem, version) = await AskAsync(site);
            Interlocked.Increment(ref _requests);
            if (problem is null && (version < oldest || version > Volatile.Read(ref _coming))) problem = $"version {version} answered when {oldest} had";
            if (problem is not null) { lock (_wrong) _wrong.Add($"request {Requests}: {problem}"); }
            else Raise(version);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private static async Task<(string? Problem, int Version)> AskAsync(Site site)
    {
        try
        {
            using var response = await site.GetAsync();
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var version = VersionedSite.Of(text);
            return response.StatusCode == HttpStatusCode.OK && version > 0 ? (null, version) : ($"{(int)response.StatusCode} {text}", 0);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return (e.Message, 0);
        }
    }

    private void Raise(int version)
    {
        var seen = Volatile.Read(ref _newest);
        while (version > seen)
        {
            var before = Interlocked.CompareExchange(ref _newest, version, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
