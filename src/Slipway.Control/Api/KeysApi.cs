using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Events;
using Slipway.Control.Keys;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Heroku's keys: public SSH keys of the caller's own account.</summary>
internal static class KeysApi
{
    private static readonly Sorting<SshKeyRow> Order = new Sorting<SshKeyRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account/keys", List).WithName("key.list");
        routes.MapPost("/account/keys", Add).WithName("key.add");
        routes.MapGet("/account/keys/{key}", Get).WithName("key.show");
        routes.MapDelete("/account/keys/{key}", Remove).WithName("key.remove");
    }

    private static async Task<IResult> List(HttpContext context, Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok([.. (await Order.PageAsync(context, Of(store, actor), cancel)).Select(row => View(row, actor))], ContractsJson.Default.IReadOnlyListKey);

    private static async Task<IResult> Get(string key, Actor actor, SlipwayStore store, CancellationToken cancel) =>
        ApiJson.Ok(View(await FindAsync(store, actor, key, cancel), actor), ContractsJson.Default.Key);

    private static async Task<IResult> Add(HttpContext context, Actor actor, SshKeys keys, CancellationToken cancel)
    {
        var request = await context.ReadAsync(ContractsJson.Default.CreateKeyRequest);
        return ApiJson.Created(View(await keys.AddAsync(actor, request.PublicKey, cancel), actor), ContractsJson.Default.Key);
    }

    private static async Task<IResult> Remove(string key, Actor actor, SlipwayStore store, EventLog events, CancellationToken cancel)
    {
        var row = await FindAsync(store, actor, key, cancel);
        store.SshKeys.Remove(row);
        events.Add(store, actor.Email, "key.remove", new EventTarget($"account {actor.Email}"), before: row.Fingerprint);
        await store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(row, actor), ContractsJson.Default.Key);
    }

    /// <summary>By id, fingerprint, or what its comment says.</summary>
    private static async Task<SshKeyRow> FindAsync(SlipwayStore store, Actor actor, string named, CancellationToken cancel)
    {
        named = named.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase); // routing leaves a slash alone, and base64 has some
        var found = Guid.TryParse(named, out var uuid)
            ? await Of(store, actor).FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : await Of(store, actor).Where(row => row.Fingerprint == named || row.Comment == named).OrderBy(row => row.Id).FirstOrDefaultAsync(cancel);
        return found ?? throw AppRequest.NotFound("key", named);
    }

    private static IQueryable<SshKeyRow> Of(SlipwayStore store, Actor actor) => store.SshKeys.Where(row => row.AccountId == actor.AccountId);

    private static Key View(SshKeyRow row, Actor actor) =>
        new(row.Uuid, row.Comment, row.Fingerprint, row.PublicKey, actor.Email, row.CreatedAt, row.CreatedAt);
}
