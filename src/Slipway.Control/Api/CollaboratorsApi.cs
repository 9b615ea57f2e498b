using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Who may do what with an app: <c>heroku access</c>. The same under <c>/teams/apps</c>, where Heroku has it for teams' apps.</summary>
internal static class CollaboratorsApi
{
    private static readonly Sorting<Collaborator> Order = new Sorting<Collaborator>(one => one.Id).Time("created_at", one => one.CreatedAt).Id();

    public static void MapCollaborators(this IEndpointRouteBuilder routes)
    {
        foreach (var (prefix, noun) in new[] { ("/apps/{app}/collaborators", "collaborator"), ("/teams/apps/{app}/collaborators", "team-app-collaborator") })
        {
            routes.MapGet(prefix, List).WithName($"{noun}.list");
            routes.MapPost(prefix, Set).WithName($"{noun}.create").Needs(AppPermission.View); // joining needs no more; Set asks for the rest
            routes.MapGet(prefix + "/{user}", Get).WithName($"{noun}.show");
            routes.MapPatch(prefix + "/{user}", Update).WithName($"{noun}.update").Needs(AppPermission.Manage);
            routes.MapDelete(prefix + "/{user}", Remove).WithName($"{noun}.delete").Needs(AppPermission.View); // leaving needs no more
        }
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(Order.Page(context, await AllAsync(request, cancel)), ContractsJson.Default.IReadOnlyListCollaborator);

    private static async Task<IResult> Get(string user, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(
            (await AllAsync(request, cancel)).FirstOrDefault(one => one.User.Email == user || one.User.Id.ToString() == user || one.Id.ToString() == user)
                ?? throw AppRequest.NotFound("collaborator", user),
            ContractsJson.Default.Collaborator);

    private static async Task<IResult> Set(HttpContext context, AppRequest request, Collaborators collaborators, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateCollaboratorRequest);
        var account = await AccountNames.FindAsync(request.Store, body.User, cancel);
        await request.RequireAsync(AppPermission.Manage, cancel);
        var row = await collaborators.SetAsync(request.App, request.Actor, account, body.Permissions, cancel);
        return ApiJson.Created(View(request.Reference, row), ContractsJson.Default.Collaborator);
    }

    private static async Task<IResult> Update(string user, HttpContext context, AppRequest request, Collaborators collaborators, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateCollaboratorRequest);
        var row = await FindAsync(request, user, cancel);
        return ApiJson.Ok(View(request.Reference, await collaborators.SetAsync(request.App, request.Actor, row.Account!, body.Permissions, cancel)), ContractsJson.Default.Collaborator);
    }

    private static async Task<IResult> Remove(string user, AppRequest request, Collaborators collaborators, CancellationToken cancel)
    {
        var row = await FindAsync(request, user, cancel);
        if (row.AccountId != request.Actor.AccountId) await request.RequireAsync(AppPermission.Manage, cancel);
        await collaborators.RemoveAsync(request.App, request.Actor, row, cancel);
        return ApiJson.Ok(View(request.Reference, row), ContractsJson.Default.Collaborator);
    }

    private static async Task<IReadOnlyList<Collaborator>> AllAsync(AppRequest request, CancellationToken cancel)
    {
        var rows = await request.Store.Collaborators.AsNoTracking().Include(row => row.Account).Where(row => row.AppId == request.App.Id).ToListAsync(cancel);
        return request.App.TeamId is null ? [Owner(request), .. rows.Select(row => View(request.Reference, row))] : [.. rows.Select(row => View(request.Reference, row))];
    }

    private static async Task<CollaboratorRow> FindAsync(AppRequest request, string named, CancellationToken cancel)
    {
        var rows = request.Store.Collaborators.AsNoTracking().Include(row => row.Account).Where(row => row.AppId == request.App.Id);
        var found = Guid.TryParse(named, out var uuid)
            ? await rows.FirstOrDefaultAsync(row => row.Uuid == uuid || row.Account!.Uuid == uuid, cancel)
            : await rows.FirstOrDefaultAsync(row => row.Account!.Email == named.ToLowerInvariant(), cancel);
        return found ?? throw AppRequest.NotFound("collaborator", named);
    }

    private static Collaborator Owner(AppRequest request) => new()
    {
        Id = StableId.Of(request.App.Uuid, "owner"),
        App = request.Reference,
        User = new CollaboratingUser(request.App.Owner!.Uuid, request.App.Owner.Email, Federated: false),
        Role = "owner",
        Permissions = PermissionsOf(AppPermission.All),
        CreatedAt = request.App.CreatedAt,
        UpdatedAt = request.App.CreatedAt,
    };

    internal static Collaborator View(Reference app, CollaboratorRow row) => new()
    {
        Id = row.Uuid,
        App = app,
        User = new CollaboratingUser(row.Account!.Uuid, row.Account.Email, Federated: false),
        Role = "collaborator",
        Permissions = PermissionsOf(row.Permissions),
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };

    private static IReadOnlyList<TeamAppPermission> PermissionsOf(AppPermission permissions) =>
        [.. AppAccess.Names.Where(one => permissions.HasFlag(one.Permission)).Select(one => new TeamAppPermission(one.Name, one.Description))];
}
