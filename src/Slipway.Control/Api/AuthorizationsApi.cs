using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Heroku's authorizations: the tokens of the caller's own account. A token is in the answer that made it, and in no other.</summary>
internal static class AuthorizationsApi
{
    private static readonly Sorting<TokenRow> Order = new Sorting<TokenRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();

    public static void MapAuthorizations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/oauth/authorizations", List).WithName("authorization.list");
        routes.MapPost("/oauth/authorizations", Create).WithName("authorization.create").WithMetadata(new PasswordLogin());
        routes.MapGet("/oauth/authorizations/{authorization}", Get).WithName("authorization.show");
        routes.MapPatch("/oauth/authorizations/{authorization}", Update).WithName("authorization.update");
        routes.MapDelete("/oauth/authorizations/{authorization}", Delete).WithName("authorization.delete");
        routes.MapPost("/oauth/authorizations/{authorization}/actions/regenerate-tokens", Regenerate).WithName("authorization.renew");
        routes.MapGet("/oauth/sessions", Sessions).WithName("session.list");
        routes.MapDelete("/oauth/sessions/{session}", EndSession).WithName("session.end");
    }

    private static async Task<IResult> List(HttpContext context, Actor actor, SlipwayStore store, TimeProvider time, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, Authorizations.Of(store, actor).AsNoTracking(), cancel);
        return ApiJson.Ok([.. rows.Select(row => View(row, actor, time))], ContractsJson.Default.IReadOnlyListAuthorization);
    }

    private static async Task<IResult> Get(string authorization, Actor actor, SlipwayStore store, TimeProvider time, CancellationToken cancel) =>
        ApiJson.Ok(View(await FindAsync(store, actor, authorization, cancel), actor, time), ContractsJson.Default.Authorization);

    private static async Task<IResult> Create(HttpContext context, Actor actor, Authorizations authorizations, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadOptionalAsync(ContractsJson.Default.CreateAuthorizationRequest) ?? new CreateAuthorizationRequest(null, null, null);
        var (token, row) = await authorizations.CreateAsync(actor, body.Description, body.Scope, body.ExpiresIn, cancel);
        return ApiJson.Created(View(row, actor, time, token), ContractsJson.Default.Authorization);
    }

    private static async Task<IResult> Update(string authorization, HttpContext context, Actor actor, SlipwayStore store, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateAuthorizationRequest);
        var row = await FindAsync(store, actor, authorization, cancel);
        if (body.Description is not null && Authorizations.Describe(body.Description) is var description && description != row.Description)
        {
            events.Add(store, actor.Email, "authorization.update", new EventTarget($"account {actor.Email}"), row.Description, description);
            (row.Description, row.UpdatedAt) = (description, time.GetUtcNow());
            await store.SaveChangesAsync(cancel);
        }

        return ApiJson.Ok(View(row, actor, time), ContractsJson.Default.Authorization);
    }

    private static async Task<IResult> Delete(string authorization, Actor actor, SlipwayStore store, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var row = await FindAsync(store, actor, authorization, cancel);
        store.Tokens.Remove(row);
        events.Add(store, actor.Email, "authorization.delete", new EventTarget($"account {actor.Email}"), before: row.Description);
        await store.SaveChangesAsync(cancel);
        return ApiJson.Ok(View(row, actor, time), ContractsJson.Default.Authorization);
    }

    private static async Task<IResult> Regenerate(string authorization, Actor actor, SlipwayStore store, Authorizations authorizations, TimeProvider time, CancellationToken cancel)
    {
        var found = await FindAsync(store, actor, authorization, cancel);
        var (token, row) = await authorizations.RenewAsync(actor, found.Uuid, cancel);
        return ApiJson.Created(View(row, actor, time, token), ContractsJson.Default.Authorization);
    }

    /// <summary>Where browsers are logged in at the dashboard.</summary>
    private static async Task<IResult> Sessions(HttpContext context, Actor actor, SlipwayStore store, TimeProvider time, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, OfBrowsers(store, actor).AsNoTracking(), cancel);
        return ApiJson.Ok([.. rows.Select(row => SessionView(row, time))], ContractsJson.Default.IReadOnlyListSession);
    }

    private static async Task<IResult> EndSession(string session, Actor actor, SlipwayStore store, TimeProvider time, CancellationToken cancel)
    {
        var row = (Guid.TryParse(session, out var uuid) ? await OfBrowsers(store, actor).FirstOrDefaultAsync(one => one.Uuid == uuid, cancel) : null)
            ?? throw AppRequest.NotFound("session", session);
        store.Tokens.Remove(row);
        await store.SaveChangesAsync(cancel);
        return ApiJson.Ok(SessionView(row, time), ContractsJson.Default.Session);
    }

    private static IQueryable<TokenRow> OfBrowsers(SlipwayStore store, Actor actor) =>
        store.Tokens.Where(row => row.AccountId == actor.AccountId && row.Description == Access.Sessions.Description);

    /// <summary>By its id, the id of its token, or the token itself.</summary>
    private static async Task<TokenRow> FindAsync(SlipwayStore store, Actor actor, string named, CancellationToken cancel)
    {
        var hash = Tokens.Hash(named);
        var own = Authorizations.Of(store, actor);
        var found = Guid.TryParse(named, out var uuid)
            ? await own.FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) ?? (await own.ToListAsync(cancel)).Find(row => AccessTokenId(row) == uuid)
            : await own.FirstOrDefaultAsync(row => row.Hash == hash, cancel);
        return found ?? throw AppRequest.NotFound("authorization", named.Length > 40 ? "of that token" : named);
    }

    private static Guid AccessTokenId(TokenRow row) => StableId.Of(row.Uuid, "access_token");

    /// <param name="token">Null once it was shown.</param>
    private static Authorization View(TokenRow row, Actor actor, TimeProvider time, string? token = null) => new()
    {
        Id = row.Uuid,
        Description = row.Description,
        AccessToken = new AccessToken(AccessTokenId(row), token ?? row.Hint, SecondsLeft(row, time)),
        Scope = Scopes.Split(row.Scopes),
        User = new AuthorizationUser(actor.Uuid, actor.Email, null),
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };

    private static Session SessionView(TokenRow row, TimeProvider time) => new(row.Uuid, row.Description, SecondsLeft(row, time), row.CreatedAt, row.UpdatedAt);

    private static long? SecondsLeft(TokenRow row, TimeProvider time) => row.ExpiresAt is { } end ? Math.Max(0, (long)(end - time.GetUtcNow()).TotalSeconds) : null;
}
