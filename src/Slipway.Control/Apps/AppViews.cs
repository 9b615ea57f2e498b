using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Api;
using Slipway.Control.Store;

namespace Slipway.Control.Apps;

/// <summary>Apps as the API shows them.</summary>
internal static class AppViews
{
    // One machine is one region; its name never changes, so neither does its id.
    private static readonly Reference Region = new(new Guid("5a1e0000-0000-4000-8000-000000000001"), "here");
    private static readonly Reference Stack = new(new Guid("5a1e0000-0000-4000-8000-000000000002"), "python");

    public static App View(ServerConfig server, AppRow app, ReleaseSummary? release) => new()
    {
        Id = app.Uuid,
        Name = AppName.Parse(app.Name),
        WebUrl = server.WebUrl(app.Name, app.HttpsOnly),
        GitUrl = server.ApiUrl($"/{app.Name}.git"),
        Owner = new AccountReference(app.Owner!.Uuid, app.Owner.Email),
        Stack = Stack,
        BuildStack = Stack,
        Region = Region,
        Maintenance = app.Maintenance,
        Acm = app.Acm,
        SlugSize = release?.Bytes,
        ReleasedAt = release?.At,
        CreatedAt = app.CreatedAt,
        UpdatedAt = app.UpdatedAt,
    };

    public static Task<Dictionary<long, ReleaseSummary>> CurrentReleasesAsync(SlipwayStore store, IEnumerable<AppRow> apps, CancellationToken cancel)
    {
        var ids = apps.Select(app => app.CurrentReleaseId).OfType<long>().ToList();
        return store.Releases.Where(row => ids.Contains(row.Id))
            .Select(row => new ReleaseSummary(row.AppId, row.CreatedAt, row.Image == null ? null : row.Image.Bytes))
            .ToDictionaryAsync(summary => summary.AppId, cancel);
    }
}

internal sealed record ReleaseSummary(long AppId, DateTimeOffset At, long? Bytes);
