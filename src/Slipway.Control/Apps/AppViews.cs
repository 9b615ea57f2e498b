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
    /// <summary>Heroku writes a team as an owner so, and its clients know teams' apps by that.</summary>
    public const string TeamMail = "@herokumanager.com";

    /// <summary>One machine is one region; its name never changes, so neither does its id.</summary>
    public static readonly Region Here = new()
    {
        Id = new Guid("5a1e0000-0000-4000-8000-000000000001"),
        Name = "here",
        Description = "This server",
        Country = "Here",
        Locale = "Here",
        Provider = new Provider("slipway", "us-east-1"),
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };

    private static readonly Reference HereReference = new(Here.Id, Here.Name);

    /// <param name="kind">Of the app: its stack's name; empty before the first release.</param>
    public static Reference StackOf(string? kind) => string.IsNullOrEmpty(kind) ? StackOf("python") : new Reference(StableId.Of(Guid.Empty, "stack/" + kind), kind);

    public static App View(ServerConfig server, AppRow app, ReleaseSummary? release) => new()
    {
        Id = app.Uuid,
        Name = AppName.Parse(app.Name),
        WebUrl = server.WebUrl(app.Name, app.HttpsOnly),
        GitUrl = server.ApiUrl($"/{app.Name}.git"),
        Owner = app.Team is { } team ? new AccountReference(team.Uuid, team.Name + TeamMail) : new AccountReference(app.Owner!.Uuid, app.Owner.Email),
        Team = app.Team is { } its ? new Reference(its.Uuid, its.Name) : null,
        Stack = StackOf(release?.Kind),
        BuildStack = StackOf(release?.Kind),
        Region = HereReference,
        Maintenance = app.Maintenance,
        Acm = app.Acm,
        SlugSize = release?.Bytes,
        BuildpackProvidedDescription = release?.Kind,
        ReleasedAt = release?.At,
        CreatedAt = app.CreatedAt,
        UpdatedAt = app.UpdatedAt,
    };

    public static Task<Dictionary<long, ReleaseSummary>> CurrentReleasesAsync(SlipwayStore store, IEnumerable<AppRow> apps, CancellationToken cancel)
    {
        var ids = apps.Select(app => app.CurrentReleaseId).OfType<long>().ToList();
        return store.Releases.Where(row => ids.Contains(row.Id))
            .Select(row => new ReleaseSummary(row.AppId, row.CreatedAt, row.Image == null ? null : row.Image.Bytes, row.Image == null ? null : row.Image.Kind))
            .ToDictionaryAsync(summary => summary.AppId, cancel);
    }
}

internal sealed record ReleaseSummary(long AppId, DateTimeOffset At, long? Bytes, string? Kind);
