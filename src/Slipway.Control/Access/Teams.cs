using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

/// <summary>What a member of a team is in it, in Heroku's words.</summary>
internal static class TeamRole
{
    /// <summary>May do everything with the team and all its apps.</summary>
    public const string Admin = "admin";

    /// <summary>Sees its apps that are not locked, makes new ones, and may do more with those where that was given.</summary>
    public const string Member = "member";

    /// <summary>Sees its apps that are not locked.</summary>
    public const string Viewer = "viewer";

    /// <summary>Only what was given for single apps.</summary>
    public const string Collaborator = "collaborator";

    public static readonly IReadOnlyList<string> All = [Admin, Member, Viewer, Collaborator];
}

/// <summary>Teams: several people to whom apps belong together.</summary>
internal sealed class Teams(IDbContextFactory<SlipwayStore> stores, EventLog events, TimeProvider time)
{
    /// <summary>Those that the actor is in; for an admin of the server, all.</summary>
    public static IQueryable<TeamRow> Visible(SlipwayStore store, Actor actor) =>
        store.Teams.Where(team => actor.IsAdmin || store.TeamMembers.Any(one => one.TeamId == team.Id && one.AccountId == actor.AccountId));

    /// <exception cref="SlipwayException">422: no name for a team, or taken.</exception>
    public async Task<TeamRow> CreateAsync(string? asked, Actor actor, CancellationToken cancel)
    {
        // A team stands where an app's owner does, and is named like an app.
        var name = AppName.Parse(asked);
        if (name.Value is "apps" or "permissions") throw new SlipwayException(422, new SlipwayError("invalid_team_name", $"A team cannot be called '{name}'.") { Why = $"The API has something else at /teams/{name}." });
        await using var store = await stores.CreateDbContextAsync(cancel);
        var now = time.GetUtcNow();
        var team = new TeamRow { Uuid = Guid.NewGuid(), Name = name.Value, CreatedAt = now, UpdatedAt = now };
        store.Teams.Add(team);
        store.TeamMembers.Add(new TeamMemberRow { Uuid = Guid.NewGuid(), Team = team, AccountId = actor.AccountId, Role = TeamRole.Admin, CreatedAt = now, UpdatedAt = now });
        events.Add(store, actor.Email, "team.create", new EventTarget($"team {name}"));
        try
        {
            await store.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            throw new SlipwayException(422, new SlipwayError("team_name_taken", $"There is a team '{name}' already.") { Next = "heroku teams lists those that you are in." });
        }

        return team;
    }

    /// <exception cref="SlipwayException">409: it has apps.</exception>
    public async Task DeleteAsync(TeamRow team, Actor actor, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (await store.Apps.Where(app => app.TeamId == team.Id).Select(app => app.Name).FirstOrDefaultAsync(cancel) is { } app)
        {
            throw new SlipwayException(409, new SlipwayError("team_has_apps", $"The team {team.Name} has apps: {app}, for one.")
            {
                Next = "Hand them over (heroku apps:transfer) or destroy them first.",
            });
        }

        await store.Teams.Where(row => row.Id == team.Id).ExecuteDeleteAsync(cancel);
        events.Add(store, actor.Email, "team.delete", new EventTarget($"team {team.Name}"));
        await store.SaveChangesAsync(cancel);
    }

    /// <summary>Makes somebody a member, or gives a member another role.</summary>
    /// <returns>The member, and whether they are new.</returns>
    /// <exception cref="SlipwayException">422: no such role, the last admin.</exception>
    public async Task<(TeamMemberRow Member, bool IsNew)> SetMemberAsync(TeamRow team, AccountRow account, string? role, Actor actor, CancellationToken cancel)
    {
        role ??= TeamRole.Member;
        if (!TeamRole.All.Contains(role))
            throw new SlipwayException(422, new SlipwayError("invalid_role", $"{TypedName.Quote(role)} is not a role in a team.") { Why = $"Roles are {string.Join(", ", TeamRole.All)}." });
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.TeamMembers.SingleOrDefaultAsync(one => one.TeamId == team.Id && one.AccountId == account.Id, cancel);
        var (isNew, now) = (row is null, time.GetUtcNow());
        if (row is { Role: TeamRole.Admin } && role != TeamRole.Admin) await CheckNotLastAsync(store, team, account, cancel);
        if (row is null) store.TeamMembers.Add(row = new TeamMemberRow { Uuid = Guid.NewGuid(), TeamId = team.Id, AccountId = account.Id, Role = role, CreatedAt = now });
        events.Add(store, actor.Email, "team.member", new EventTarget($"team {team.Name}"), isNew ? null : $"{account.Email}: {row.Role}", $"{account.Email}: {role}");
        (row.Role, row.UpdatedAt) = (role, now);
        await store.SaveChangesAsync(cancel);
        row.Account = account;
        return (row, isNew);
    }

    /// <exception cref="SlipwayException">422: the last admin.</exception>
    public async Task RemoveMemberAsync(TeamRow team, TeamMemberRow member, Actor actor, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (member.Role == TeamRole.Admin) await CheckNotLastAsync(store, team, member.Account!, cancel);
        await store.TeamMembers.Where(one => one.Id == member.Id).ExecuteDeleteAsync(cancel);
        events.Add(store, actor.Email, "team.member", new EventTarget($"team {team.Name}"), $"{member.Account!.Email}: {member.Role}", "none");
        await store.SaveChangesAsync(cancel);
    }

    private static async Task CheckNotLastAsync(SlipwayStore store, TeamRow team, AccountRow account, CancellationToken cancel)
    {
        if (await store.TeamMembers.AnyAsync(one => one.TeamId == team.Id && one.Role == TeamRole.Admin && one.AccountId != account.Id, cancel)) return;
        throw new SlipwayException(422, new SlipwayError("last_admin", $"{account.Email} is the only admin of the team {team.Name}.")
        {
            Next = $"Make another one first: heroku members:add EMAIL --role admin --team {team.Name}",
        });
    }
}
