using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Apps;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Apps that belong to teams: made there, locked, handed over.</summary>
internal static class TeamAppsApi
{
    private static readonly Sorting<AppRow> Order = new Sorting<AppRow>(row => row.Uuid).Text("name", row => row.Name, isUnique: true).Id();

    public static void MapTeamApps(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/teams/apps", ListAll).WithName("team-app.list-all").In(Area.Apps);
        routes.MapPost("/teams/apps", Create).WithName("team-app.create").In(Area.Apps);
        routes.MapGet("/teams/{team}/apps", List).WithName("team-app.list").In(Area.Apps);
        routes.MapGet("/teams/apps/{app}", Get).WithName("team-app.show");
        routes.MapPatch("/teams/apps/{app}", Update).WithName("team-app.update").Needs(AppPermission.Manage);
    }

    private static Task<IResult> ListAll(HttpContext context, Actor actor, SlipwayStore store, ServerConfig server, CancellationToken cancel) =>
        ListAsync(context, AppRequest.Visible(store, actor).Where(app => app.TeamId != null), actor, store, server, cancel);

    private static Task<IResult> List(HttpContext context, TeamRequest request, ServerConfig server, CancellationToken cancel) =>
        ListAsync(context, AppRequest.Visible(request.Store, request.Actor).Where(app => app.TeamId == request.Team.Id), request.Actor, request.Store, server, cancel);

    private static async Task<IResult> ListAsync(HttpContext context, IQueryable<AppRow> apps, Actor actor, SlipwayStore store, ServerConfig server, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, apps.AsNoTracking(), cancel);
        return ApiJson.Ok(await ViewsAsync(rows, actor, store, server, cancel), ContractsJson.Default.IReadOnlyListTeamApp);
    }

    private static async Task<IResult> Create(HttpContext context, Actor actor, SlipwayStore store, AppRegistry apps, ServerConfig server, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateTeamAppRequest);
        var team = await TeamRequest.FindAsync(store, actor, body.Team, cancel) ?? throw AppRequest.NotFound("team", body.Team);
        var role = await store.TeamMembers.Where(one => one.TeamId == team.Id && one.AccountId == actor.AccountId).Select(one => one.Role).FirstOrDefaultAsync(cancel);
        new TeamRequest(actor, team, role, store).Require(TeamRole.Admin, TeamRole.Member);
        var made = await apps.CreateAsync(body.Name, actor, cancel, (_, app) => (app.TeamId, app.Locked) = (team.Id, body.Locked is true));
        return ApiJson.Created((await ViewsAsync([made], actor, store, server, cancel))[0], ContractsJson.Default.TeamApp);
    }

    private static async Task<IResult> Get(AppRequest request, ServerConfig server, CancellationToken cancel) =>
        ApiJson.Ok((await ViewsAsync([request.App], request.Actor, request.Store, server, cancel))[0], ContractsJson.Default.TeamApp);

    /// <summary>Locks it, or hands it to another team or account. Taking an app into a team takes being in that.</summary>
    private static async Task<IResult> Update(
        HttpContext context, AppRequest request, ServerConfig server, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateTeamAppRequest);
        var app = request.App;
        if (body.Locked is { } locked && locked != app.Locked)
        {
            if (app.TeamId is null) throw NotOfTeam(app);
            events.Add(request.Store, request.Actor.Email, "app.lock", EventTarget.Of(app), Words(app.Locked), Words(locked));
            app.Locked = locked;
        }

        if (body.Owner is { } owner) await HandOverAsync(request, owner, events, cancel);
        app.UpdatedAt = time.GetUtcNow();
        await request.Store.SaveChangesAsync(cancel);
        return ApiJson.Ok((await ViewsAsync([app], request.Actor, request.Store, server, cancel))[0], ContractsJson.Default.TeamApp);
    }

    /// <param name="owner">A team or an account; of what Heroku's client writes for a team's address, the team.</param>
    private static async Task HandOverAsync(AppRequest request, string owner, EventLog events, CancellationToken cancel)
    {
        var app = request.App;
        var name = owner.EndsWith(AppViews.TeamMail, StringComparison.Ordinal) ? owner[..^AppViews.TeamMail.Length] : owner;
        if (await TeamRequest.FindAsync(request.Store, request.Actor, name, cancel) is { } team)
        {
            (app.TeamId, app.Team) = (team.Id, await request.Store.Teams.SingleAsync(row => row.Id == team.Id, cancel));
        }
        else
        {
            var account = await AccountNames.FindAsync(request.Store, owner, cancel);
            (app.TeamId, app.Team, app.Locked, app.OwnerId) = (null, null, false, account.Id);
            app.Owner = await request.Store.Accounts.SingleAsync(row => row.Id == account.Id, cancel);
        }

        events.Add(request.Store, request.Actor.Email, "app.transfer", EventTarget.Of(app), after: owner);
    }

    private static async Task<IReadOnlyList<TeamApp>> ViewsAsync(IReadOnlyList<AppRow> rows, Actor actor, SlipwayStore store, ServerConfig server, CancellationToken cancel)
    {
        var releases = await AppViews.CurrentReleasesAsync(store, rows, cancel);
        var ids = rows.Select(row => row.Id).ToList();
        var joined = (await store.Collaborators.Where(one => one.AccountId == actor.AccountId && ids.Contains(one.AppId)).Select(one => one.AppId).ToListAsync(cancel)).ToHashSet();
        return [.. rows.Select(row => TeamApp.Of(AppViews.View(server, row, releases.GetValueOrDefault(row.Id)), row.Locked, joined.Contains(row.Id)))];
    }

    private static string Words(bool locked) => locked ? "locked" : "open to the team";

    private static SlipwayException NotOfTeam(AppRow app) =>
        new(422, new SlipwayError("not_of_team", $"{app.Name} belongs to no team, so it cannot be locked.") { Next = $"heroku apps:transfer TEAM -a {app.Name}" });
}
