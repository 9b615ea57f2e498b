using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Api.Manners;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class AccountApi
{
    private static readonly Sorting<AccountRow> Order = new Sorting<AccountRow>(row => row.Uuid).Text("email", row => row.Email, isUnique: true).Id();

    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account", Get).WithName("account.show").In(Area.Identity);
        routes.MapGet("/users/~", Get).WithName("user.show").In(Area.Identity);
        routes.MapPatch("/account", Update).WithName("account.update");
        routes.MapPut("/slipway/account/password", SetOwnPassword).WithName("account.password");
        routes.MapPut("/slipway/accounts/{id}/password", SetPassword).WithName("account.set-password").AdminOnly();
        routes.MapGet(RateLimit.Path, RateLimits).WithName("account.rate-limits").In(Area.Apps);
        routes.MapGet("/slipway/accounts", List).WithName("account.list").AdminOnly();
        routes.MapPost("/slipway/accounts", Create).WithName("account.create").AdminOnly();
        routes.MapDelete("/slipway/accounts/{id}", Delete).WithName("account.delete").AdminOnly();
    }

    private static async Task<IResult> Get(Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok(View(await store.Accounts.SingleAsync(row => row.Id == actor.AccountId, cancel)), ContractsJson.Default.Account);

    private static async Task<IResult> Update(
        HttpContext context, Actor actor, SlipwayStore store, Passwords passwords, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateAccountRequest);
        var row = await store.Accounts.SingleAsync(one => one.Id == actor.AccountId, cancel);
        if (body.Name is { Length: > 200 }) throw new SlipwayException(422, new SlipwayError("invalid_name", "That is too long for a name.") { Why = "A name has at most 200 characters." });
        if (body.Email is not null && body.Email != row.Email)
            throw new SlipwayException(422, new SlipwayError("cannot_change_email", "An account's email address cannot be changed.") { Next = "An admin can make another account: slipway accounts create EMAIL" });
        if (body.NewPassword is not null) await passwords.ReplaceAsync(actor, body.Password, body.NewPassword, cancel);
        if (body.Name is not null && body.Name != row.Name)
        {
            var name = Authorizations.Shorten(body.Name);
            events.Add(store, actor.Email, "account.update", new EventTarget($"account {row.Email}"), row.Name, name);
            (row.Name, row.UpdatedAt) = (name.Length == 0 ? null : name, time.GetUtcNow());
            await store.SaveChangesAsync(cancel);
        }

        return ApiJson.Ok(View(row), ContractsJson.Default.Account);
    }

    private static async Task<IResult> SetOwnPassword(HttpContext context, Actor actor, SlipwayStore store, Passwords passwords, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.SetPasswordRequest);
        await passwords.SetAsync(actor.AccountId, body.Password, actor.Email, cancel);
        return ApiJson.Ok(View(await store.Accounts.SingleAsync(row => row.Id == actor.AccountId, cancel)), ContractsJson.Default.Account);
    }

    private static async Task<IResult> SetPassword(string id, HttpContext context, Actor actor, SlipwayStore store, Passwords passwords, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.SetPasswordRequest);
        var account = await FindAsync(store, id, cancel);
        await passwords.SetAsync(account.Id, body.Password, actor.Email, cancel);
        return ApiJson.Ok(View(account), ContractsJson.Default.Account);
    }

    private static async Task<AccountRow> FindAsync(SlipwayStore store, string named, CancellationToken cancel) =>
        (Guid.TryParse(named, out var uuid)
            ? await store.Accounts.FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : await store.Accounts.FirstOrDefaultAsync(row => row.Email == named, cancel)) ?? throw AppRequest.NotFound("account", named);

    private static IResult RateLimits(Actor actor, RequestBudgets budgets) =>
        ApiJson.Ok(new RateLimits(actor.TokenId is { } token ? budgets.Remaining(token) : RequestBudgets.Capacity), ContractsJson.Default.RateLimits);

    private static async Task<IResult> List(HttpContext context, SlipwayStore store, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, store.Accounts.AsNoTracking(), cancel);
        return ApiJson.Ok([.. rows.Select(View)], ContractsJson.Default.IReadOnlyListAccount);
    }

    private static async Task<IResult> Create(HttpContext context, Actor actor, Accounts accounts, CancellationToken cancel)
    {
        var request = await context.ReadAsync(ContractsJson.Default.CreateAccountRequest);
        var (account, token) = await accounts.CreateAsync(request.Email, request.Role, actor.Email, cancel);
        return ApiJson.Created(new NewAccount(View(account), token), ContractsJson.Default.NewAccount);
    }

    private static async Task<IResult> Delete(string id, Actor actor, SlipwayStore store, EventLog events, CancellationToken cancel)
    {
        var account = await FindAsync(store, id, cancel);
        if (account.Id == actor.AccountId)
            throw new SlipwayException(422, new SlipwayError("own_account", "You cannot delete your own account.") { Next = "Another admin can." });

        var target = new EventTarget($"account {account.Email}");
        if (await IsNamedAsync(store, account, cancel))
        {
            // Apps and releases name it as owner and author, and go on doing so; without tokens and keys it can do nothing more.
            store.Tokens.RemoveRange(store.Tokens.Where(row => row.AccountId == account.Id));
            store.SshKeys.RemoveRange(store.SshKeys.Where(row => row.AccountId == account.Id));
            store.Collaborators.RemoveRange(store.Collaborators.Where(row => row.AccountId == account.Id));
            store.TeamMembers.RemoveRange(store.TeamMembers.Where(row => row.AccountId == account.Id));
            account.PasswordHash = null;
            events.Add(store, actor.Email, "account.lock", target);
        }
        else
        {
            store.Accounts.Remove(account);
            events.Add(store, actor.Email, "account.delete", target);
        }

        await store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(account), ContractsJson.Default.Account);
    }

    private static async Task<bool> IsNamedAsync(SlipwayStore store, AccountRow account, CancellationToken cancel) =>
        await store.Apps.AnyAsync(app => app.OwnerId == account.Id, cancel)
        || await store.Releases.AnyAsync(release => release.AccountId == account.Id, cancel)
        || await store.Deploys.AnyAsync(deploy => deploy.AccountId == account.Id, cancel)
        || await store.Setups.AnyAsync(setup => setup.AccountId == account.Id, cancel)
        || await store.ReviewApps.AnyAsync(review => review.AccountId == account.Id, cancel)
        || await store.Pipelines.AnyAsync(pipeline => pipeline.OwnerId == account.Id, cancel);

    private static Account View(AccountRow row) => new()
    {
        Id = row.Uuid,
        Email = row.Email,
        Name = row.Name,
        Role = row.Role,
        LastLogin = row.LastLoginAt,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
