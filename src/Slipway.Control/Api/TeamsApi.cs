using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Heroku's teams and their members.</summary>
internal static class TeamsApi
{
    private static readonly Sorting<TeamRow> Order = new Sorting<TeamRow>(row => row.Uuid).Text("name", row => row.Name, isUnique: true).Id();
    private static readonly Sorting<TeamMemberRow> Members = new Sorting<TeamMemberRow>(row => row.Uuid).Text("email", row => row.Account!.Email, isUnique: true).Id();

    public static void MapTeams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/teams", List).WithName("team.list");
        routes.MapGet("/users/~/teams", List).WithName("team.list-own");
        routes.MapPost("/teams", Create).WithName("team.create");
        routes.MapGet("/teams/permissions", Permissions).WithName("team.permissions");
        routes.MapGet("/teams/{team}", Get).WithName("team.show");
        routes.MapDelete("/teams/{team}", Delete).WithName("team.delete");
        routes.MapGet("/teams/{team}/members", ListMembers).WithName("team-member.list");
        routes.MapPut("/teams/{team}/members", SetMember).WithName("team-member.set");
        routes.MapPatch("/teams/{team}/members", SetMember).WithName("team-member.update");
        routes.MapDelete("/teams/{team}/members/{member}", RemoveMember).WithName("team-member.delete");
        // People are members at once here: there is nothing to accept, and Heroku's clients ask whether there is.
        routes.MapGet("/teams/{team}/features", NoFeatures).WithName("team-feature.list");
        routes.MapGet("/teams/{team}/invitations", NoInvitations).WithName("team-invitation.list");
    }

    private static async Task<IResult> List(HttpContext context, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, Teams.Visible(store, actor).AsNoTracking(), cancel);
        var ids = rows.Select(row => row.Id).ToList();
        var own = await store.TeamMembers.Where(one => one.AccountId == actor.AccountId && ids.Contains(one.TeamId)).ToDictionaryAsync(one => one.TeamId, one => one.Role, cancel);
        return ApiJson.Ok([.. rows.Select(row => View(row, own.GetValueOrDefault(row.Id)))], ContractsJson.Default.IReadOnlyListTeam);
    }

    private static async Task<IResult> Create(HttpContext context, Actor actor, Teams teams, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateTeamRequest);
        return ApiJson.Created(View(await teams.CreateAsync(body.Name, actor, cancel), TeamRole.Admin), ContractsJson.Default.Team);
    }

    /// <summary>What the role 'admin' of a team is worth on its apps.</summary>
    private static IResult Permissions() =>
        ApiJson.Ok([.. AppAccess.Names.Select(one => new TeamAppPermission(one.Name, one.Description))], ContractsJson.Default.IReadOnlyListTeamAppPermission);

    private static IResult Get(TeamRequest request) => ApiJson.Ok(View(request.Team, request.Role), ContractsJson.Default.Team);

    private static async Task<IResult> Delete(TeamRequest request, Teams teams, CancellationToken cancel)
    {
        request.RequireAdmin();
        await teams.DeleteAsync(request.Team, request.Actor, cancel);
        return ApiJson.Ok(View(request.Team, request.Role), ContractsJson.Default.Team);
    }

    private static async Task<IResult> ListMembers(HttpContext context, TeamRequest request, CancellationToken cancel)
    {
        var rows = request.Store.TeamMembers.AsNoTracking().Include(row => row.Account).Where(row => row.TeamId == request.Team.Id);
        return ApiJson.Ok([.. (await Members.PageAsync(context, rows, cancel)).Select(View)], ContractsJson.Default.IReadOnlyListTeamMember);
    }

    private static async Task<IResult> SetMember(HttpContext context, TeamRequest request, Teams teams, CancellationToken cancel)
    {
        request.RequireAdmin();
        var body = await context.ReadAsync(ContractsJson.Default.SetTeamMemberRequest);
        var account = await AccountNames.FindAsync(request.Store, body.Email, cancel);
        var (member, isNew) = await teams.SetMemberAsync(request.Team, account, body.Role, request.Actor, cancel);
        return isNew ? ApiJson.Created(View(member), ContractsJson.Default.TeamMember) : ApiJson.Ok(View(member), ContractsJson.Default.TeamMember);
    }

    private static async Task<IResult> RemoveMember(string member, TeamRequest request, Teams teams, CancellationToken cancel)
    {
        var rows = request.Store.TeamMembers.AsNoTracking().Include(row => row.Account).Where(row => row.TeamId == request.Team.Id);
        var row = (Guid.TryParse(member, out var uuid)
            ? await rows.FirstOrDefaultAsync(one => one.Uuid == uuid || one.Account!.Uuid == uuid, cancel)
            : await rows.FirstOrDefaultAsync(one => one.Account!.Email == member.ToLowerInvariant(), cancel)) ?? throw AppRequest.NotFound("team member", member);
        if (row.AccountId != request.Actor.AccountId) request.RequireAdmin();
        await teams.RemoveMemberAsync(request.Team, row, request.Actor, cancel);
        return ApiJson.Ok(View(row), ContractsJson.Default.TeamMember);
    }

    private static IResult NoFeatures(TeamRequest request) => ApiJson.Ok([], ContractsJson.Default.IReadOnlyListFeature);

    private static IResult NoInvitations(TeamRequest request) => ApiJson.Ok([], ContractsJson.Default.IReadOnlyListTeamMember);

    private static Team View(TeamRow row, string? role) => new()
    {
        Id = row.Uuid,
        Name = row.Name,
        Role = Known(role),
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };

    private static TeamMember View(TeamMemberRow row) => new()
    {
        Id = row.Uuid,
        Email = row.Account!.Email,
        Role = Known(row.Role),
        User = new TeamUser(row.Account.Uuid, row.Account.Email, row.Account.Name),
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };

    /// <summary>Heroku's schema knows no viewers, though its teams have them; there, they are null.</summary>
    private static string? Known(string? role) => role == TeamRole.Viewer ? null : role;
}

/// <summary>The team that a route names in <c>{team}</c>, by name or UUID, if its caller is in it; else it is a 404.</summary>
/// <param name="Role">The caller's in it; null for an admin of the server who is not in it.</param>
internal sealed record TeamRequest(Actor Actor, TeamRow Team, string? Role, SlipwayStore Store)
{
    public static async ValueTask<TeamRequest?> BindAsync(HttpContext context)
    {
        var (actor, store, cancel) = (Actor.Of(context), context.RequestServices.GetRequiredService<SlipwayStore>(), context.RequestAborted);
        var named = context.Request.RouteValues["team"] as string;
        var team = await FindAsync(store, actor, named, cancel) ?? throw AppRequest.NotFound("team", named);
        var role = await store.TeamMembers.Where(one => one.TeamId == team.Id && one.AccountId == actor.AccountId).Select(one => one.Role).FirstOrDefaultAsync(cancel);
        return new TeamRequest(actor, team, role, store);
    }

    public static Task<TeamRow?> FindAsync(SlipwayStore store, Actor actor, string? named, CancellationToken cancel) => Guid.TryParse(named, out var uuid)
        ? Teams.Visible(store, actor).AsNoTracking().FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
        : Teams.Visible(store, actor).AsNoTracking().FirstOrDefaultAsync(row => row.Name == named, cancel);

    public void RequireAdmin() => Require(TeamRole.Admin);

    /// <exception cref="SlipwayException">403: the caller's role in the team is none of these.</exception>
    public void Require(params ReadOnlySpan<string> roles)
    {
        if (Actor.IsAdmin || (Role is not null && roles.Contains(Role))) return;
        throw new SlipwayException(403, new SlipwayError("forbidden", $"You may not do that in the team {Team.Name}.")
        {
            Why = $"It takes the role {string.Join(" or ", roles.ToArray())}, and yours is {Role ?? "none"}.",
        });
    }
}
