using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Apps;
using Slipway.Control.Explanations;
using Slipway.Control.Images;
using Slipway.Control.Manifests;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>What Slipway knows of an app beyond Heroku's resources.</summary>
internal static class AppDetailsApi
{
    private static readonly Sorting<EventRow> Order = new Sorting<EventRow>(row => row.Uuid).Time("at", row => row.At).Id();

    public static void MapAppDetails(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/settings", Settings).WithName("settings.show").Needs(AppPermission.Deploy);
        routes.MapGet("/slipway/apps/{app}/explanation", Explain).WithName("explanation.show");
        routes.MapGet("/slipway/apps/{app}/explanation/{part}", ExplainPart).WithName("explanation.part").Needs(AppPermission.Deploy);
        routes.MapGet("/slipway/apps/{app}/volumes", Volumes).WithName("volume.list");
        routes.MapGet("/slipway/apps/{app}/events", AppEvents).WithName("event.list-app");
        routes.MapGet("/slipway/events", AllEvents).WithName("event.list").In(Area.Apps);
    }

    /// <summary>Every Django setting of the release that serves: its value, from where, why.</summary>
    private static async Task<IResult> Settings(AppRequest request, DjangoSettings settings, CancellationToken cancel)
    {
        if ((await FactsAsync(request, cancel)).Django is null)
            throw new SlipwayException(404, new SlipwayError("not_django", $"{request.App.Name} is not a Django app.")
            {
                Why = "Slipway found no manage.py in it; settings are shown for Django apps only.",
            });
        return ApiJson.Ok(await settings.ReadAsync(request.App.Id, request.App.CurrentReleaseId!.Value, cancel), ContractsJson.Default.IReadOnlyListDjangoSetting);
    }

    /// <summary>All that holds for the app and where it is from: as its build found it, and scaled as it is now.</summary>
    private static async Task<IResult> Explain(AppRequest request, CancellationToken cancel)
    {
        var facts = await FactsAsync(request, cancel);
        var formation = await request.Store.Formations.AsNoTracking().Where(row => row.AppId == request.App.Id).ToListAsync(cancel);
        return ApiJson.Ok(ScaledExplanation.Of(facts.Explanation, formation), ContractsJson.Default.IReadOnlyListExplainedValue);
    }

    /// <summary>What Slipway did and why, with the commands and files that do it by hand.</summary>
    private static async Task<IResult> ExplainPart(string part, AppRequest request, Explainer explainer, CancellationToken cancel) =>
        ApiJson.Ok(await explainer.ExplainAsync(request.App, part, cancel), ContractsJson.Default.IReadOnlyListExplainedSection);

    private static async Task<ImageFacts> FactsAsync(AppRequest request, CancellationToken cancel) =>
        ImageFacts.Parse(await request.Store.Releases.Where(row => row.Id == request.App.CurrentReleaseId && row.Image != null)
            .Select(row => row.Image!.Facts).FirstOrDefaultAsync(cancel)
            ?? throw new SlipwayException(404, new SlipwayError("no_release", $"{request.App.Name} has no release yet.") { Next = "slipway deploy" }));

    private static async Task<IResult> Volumes(AppRequest request, CancellationToken cancel)
    {
        var rows = await request.Store.Volumes.AsNoTracking().Where(row => row.AppId == request.App.Id).OrderBy(row => row.Name).ToListAsync(cancel);
        return ApiJson.Ok(
            [.. rows.Select(row => new Volume(VolumeName.Parse(row.Name), row.MountPath, row.SizeBytes, row.CreatedAt))],
            ContractsJson.Default.IReadOnlyListVolume);
    }

    private static Task<IResult> AppEvents(HttpContext context, AppRequest request, CancellationToken cancel) =>
        ListAsync(request.Store.Events.Where(row => row.AppUuid == request.App.Uuid), context, cancel);

    /// <summary>For an admin, everybody's; for a member, their own.</summary>
    private static Task<IResult> AllEvents(HttpContext context, Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ListAsync(store.Events.Where(row => actor.IsAdmin || row.Actor == actor.Email), context, cancel);

    /// <summary>Newest first; <c>?search=</c> for those that have these letters anywhere, <c>?since=</c> for those from a time on.</summary>
    private static async Task<IResult> ListAsync(IQueryable<EventRow> events, HttpContext context, CancellationToken cancel)
    {
        if (context.Request.Query["search"].FirstOrDefault() is { Length: > 0 } search)
        {
            var like = $"%{search.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_")}%";
            events = events.Where(row => EF.Functions.Like(row.Actor, like, "\\") || EF.Functions.Like(row.Action, like, "\\") || EF.Functions.Like(row.Target, like, "\\")
                || EF.Functions.Like(row.Before!, like, "\\") || EF.Functions.Like(row.After!, like, "\\") || EF.Functions.Like(row.Result, like, "\\"));
        }

        if (context.Request.Query["since"].FirstOrDefault() is { Length: > 0 } since)
        {
            var from = DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : throw new SlipwayException(400, new SlipwayError("bad_request", $"{TypedName.Quote(since)} is not a time.")
            {
                Next = "?since=2026-11-29T08:00:00Z",
            });
            events = events.Where(row => row.At >= from);
        }

        var rows = await Order.PageAsync(context, events.AsNoTracking(), cancel, newestFirst: true);
        return ApiJson.Ok(
            [.. rows.Select(row => new Event(row.Uuid, row.At, row.Actor, row.Action, row.Target, row.Before, row.After, row.Result))],
            ContractsJson.Default.IReadOnlyListEvent);
    }
}
