using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class AccountApi
{
    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account", Get).WithName("account.show");
        routes.MapGet("/slipway/accounts", List).WithName("account.list").AdminOnly();
        routes.MapPost("/slipway/accounts", Create).WithName("account.create").AdminOnly();
        routes.MapDelete("/slipway/accounts/{id}", Delete).WithName("account.delete").AdminOnly();
    }

    private static async Task<IResult> Get(Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok(View(await store.Accounts.SingleAsync(row => row.Id == actor.AccountId, cancel)), ContractsJson.Default.Account);

    private static async Task<IResult> List(SlipwayStore store, CancellationToken cancel)
    {
        var rows = await store.Accounts.AsNoTracking().OrderBy(row => row.Email).ToListAsync(cancel);
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
        var account = Guid.TryParse(id, out var uuid)
            ? await store.Accounts.FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : await store.Accounts.FirstOrDefaultAsync(row => row.Email == id, cancel);
        if (account is null) throw AppRequest.NotFound("account", id);
        if (account.Id == actor.AccountId)
            throw new SlipwayException(422, new SlipwayError("own_account", "You cannot delete your own account.") { Next = "Another admin can." });

        var target = new EventTarget($"account {account.Email}");
        if (await IsNamedAsync(store, account, cancel))
        {
            // Apps and releases name it as owner and author, and go on doing so; without tokens and keys it can do nothing more.
            store.Tokens.RemoveRange(store.Tokens.Where(row => row.AccountId == account.Id));
            store.SshKeys.RemoveRange(store.SshKeys.Where(row => row.AccountId == account.Id));
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

    private static Account View(AccountRow row) => new(row.Uuid, row.Email, null, row.Role, row.CreatedAt);
}
