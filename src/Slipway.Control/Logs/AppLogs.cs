using System.Runtime.CompilerServices;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Store;

namespace Slipway.Control.Logs;

/// <summary>The logs of apps: what their instances wrote and what the router did for them, merged by time.</summary>
internal sealed class AppLogs(ServerConfig server, TimeProvider time)
{
    public const int MaxLines = 10_000;
    private const int DefaultLines = 100;

    /// <summary>How often a follower looks for more.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Batches of lines: the last ones asked for, then, when following, new ones until the reader or the app goes away.</summary>
    /// <param name="after">Set: not the last lines first, but all that are newer than this.</param>
    public async IAsyncEnumerable<IReadOnlyList<SourcedLine>> ReadAsync(
        AppRow app, CreateLogSessionRequest asked, DateTimeOffset? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        var since = after?.AddTicks(1) is { } next && next > app.CreatedAt ? next : app.CreatedAt;
        var folder = new LogFolder(Path.Combine(server.LogsDirectory, AppName.Parse(app.Handle).Value), new LogFilter(asked.Source, asked.Dyno, since));
        yield return folder.ReadLast(after is not null ? MaxLines : Math.Clamp(asked.Lines ?? DefaultLines, 0, MaxLines));
        if (asked.Tail is not true) yield break;

        var existed = folder.Exists;
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            var lines = folder.ReadNew();
            if (lines.Count > 0) yield return lines;
            else if (existed && !folder.Exists) yield break;
            existed |= folder.Exists;
        }
    }
}
