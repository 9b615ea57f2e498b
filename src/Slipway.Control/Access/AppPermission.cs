using System.Linq.Expressions;
using Slipway.Contracts.Errors;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

/// <summary>What somebody may do with an app, in Heroku's words. Each is granted on its own.</summary>
[Flags]
internal enum AppPermission
{
    /// <summary>See it, and its logs.</summary>
    View = 1,

    /// <summary>Bring new code and config vars live, and go back; see the config vars.</summary>
    Deploy = 2,

    /// <summary>Scale, restart, run commands, add-ons, domains, maintenance.</summary>
    Operate = 4,

    /// <summary>Rename, destroy, hand over, and decide who else may do what.</summary>
    Manage = 8,

    All = View | Deploy | Operate | Manage,
}

/// <summary>Says which permission a route of an app takes. One that says nothing takes View to read and Manage to change.</summary>
internal sealed record NeedsPermission(AppPermission Permission);

/// <summary>
/// Who may do what with which app: the one place that decides it, in SQL, so that lists and single apps cannot differ. An
/// owner and a server's admin may do everything; others what they were given as collaborators of the app or by their role
/// in the team that it belongs to.
/// </summary>
internal static class AppAccess
{
    public static readonly IReadOnlyList<(AppPermission Permission, string Name, string Description)> Names =
    [
        (AppPermission.Deploy, "deploy", "Bring new code and config vars live, and go back"),
        (AppPermission.Manage, "manage", "Rename, destroy, hand over, and decide who else may do what"),
        (AppPermission.Operate, "operate", "Scale, restart, run commands, add-ons, domains, maintenance"),
        (AppPermission.View, "view", "See the app and its logs"),
    ];

    /// <summary>The condition of a row of the table of apps, for any query.</summary>
    public static Expression<Func<AppRow, bool>> Allows(SlipwayStore store, Actor actor, AppPermission needed)
    {
        var (account, isAdmin, seesOnly) = (actor.AccountId, actor.IsAdmin, needed == AppPermission.View);
        return app => isAdmin
            || (app.TeamId == null && app.OwnerId == account)
            || store.Collaborators.Any(one => one.AppId == app.Id && one.AccountId == account && (one.Permissions & needed) == needed)
            || store.TeamMembers.Any(one => one.TeamId == app.TeamId && one.AccountId == account
                && (one.Role == TeamRole.Admin || (seesOnly && !app.Locked && (one.Role == TeamRole.Member || one.Role == TeamRole.Viewer))));
    }

    public static SlipwayException Lacking(AppRow app, AppPermission needed)
    {
        var name = Names.First(one => one.Permission == needed);
        return new SlipwayException(403, new SlipwayError("forbidden", $"You may not do that with {app.Name}.")
        {
            Why = $"It takes the permission '{name.Name}': {char.ToLowerInvariant(name.Description[0])}{name.Description[1..]}.",
            Next = $"Whoever manages it can grant that: heroku access:add YOU -a {app.Name} --permissions {name.Name}",
        });
    }
}

internal static class PermissionRoutes
{
    public static TBuilder Needs<TBuilder>(this TBuilder route, AppPermission permission) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new NeedsPermission(permission));
}
