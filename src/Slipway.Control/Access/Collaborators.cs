using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

/// <summary>Who may do what with an app beside its owner.</summary>
internal sealed class Collaborators(IDbContextFactory<SlipwayStore> stores, EventLog events, TimeProvider time)
{
    /// <summary>What a collaborator of a personal app may do: everything but decide who else may.</summary>
    public const AppPermission Usual = AppPermission.View | AppPermission.Deploy | AppPermission.Operate;

    /// <summary>Gives somebody permissions, in place of those that they have.</summary>
    /// <param name="names">Null for the usual ones. To see the app is part of whatever is given.</param>
    /// <exception cref="SlipwayException">422: no such permission, it is the owner.</exception>
    public async Task<CollaboratorRow> SetAsync(AppRow app, Actor actor, AccountRow account, IReadOnlyList<string>? names, CancellationToken cancel)
    {
        if (app.TeamId is null && app.OwnerId == account.Id)
            throw new SlipwayException(422, new SlipwayError("is_owner", $"{account.Email} owns {app.Name}, and may do everything already."));
        var permissions = names is null ? Usual : Parse(names);
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Collaborators.SingleOrDefaultAsync(one => one.AppId == app.Id && one.AccountId == account.Id, cancel);
        var now = time.GetUtcNow();
        if (row is null) store.Collaborators.Add(row = new CollaboratorRow { Uuid = Guid.NewGuid(), AppId = app.Id, AccountId = account.Id, CreatedAt = now });
        events.Add(store, actor.Email, "collaborator.set", EventTarget.Of(app), Words(row.Permissions), $"{account.Email}: {Words(permissions)}");
        (row.Permissions, row.UpdatedAt) = (permissions, now);
        await store.SaveChangesAsync(cancel);
        row.Account = account;
        return row;
    }

    public async Task RemoveAsync(AppRow app, Actor actor, CollaboratorRow row, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        store.Collaborators.RemoveRange(await store.Collaborators.Where(one => one.Id == row.Id).ToListAsync(cancel));
        events.Add(store, actor.Email, "collaborator.remove", EventTarget.Of(app), row.Account!.Email);
        await store.SaveChangesAsync(cancel);
    }

    private static AppPermission Parse(IReadOnlyList<string> names)
    {
        var all = AppPermission.View;
        foreach (var name in names)
        {
            var found = AppAccess.Names.FirstOrDefault(one => one.Name == name);
            if (found.Name is null)
            {
                throw new SlipwayException(422, new SlipwayError("invalid_permission", $"{TypedName.Quote(name)} is not a permission.")
                {
                    Why = $"Permissions are {string.Join(", ", AppAccess.Names.Select(one => one.Name))}.",
                });
            }

            all |= found.Permission;
        }

        return all;
    }

    private static string Words(AppPermission permissions) => string.Join(", ", AppAccess.Names.Where(one => permissions.HasFlag(one.Permission)).Select(one => one.Name));
}
