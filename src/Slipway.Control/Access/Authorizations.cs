using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Access;

/// <summary>An account's tokens, as its owner makes and takes them back; browsers' sessions are not among them.</summary>
internal sealed class Authorizations(IDbContextFactory<SlipwayStore> stores, Tokens tokens, EventLog events, TimeProvider time)
{
    private const long LongestSeconds = 10L * 366 * 24 * 3600;

    public static IQueryable<TokenRow> Of(SlipwayStore store, Actor actor) =>
        store.Tokens.Where(row => row.AccountId == actor.AccountId && row.Description != Sessions.Description);

    /// <param name="seconds">Null for one that holds until it is taken back.</param>
    /// <exception cref="SlipwayException">422: no such scope, no such time.</exception>
    public async Task<(string Token, TokenRow Row)> CreateAsync(Actor actor, string? description, IReadOnlyList<string>? scopes, long? seconds, CancellationToken cancel)
    {
        if (seconds is < 1 or > LongestSeconds)
            throw new SlipwayException(422, new SlipwayError("invalid_expiry", $"A token cannot expire in {seconds} seconds.") { Why = $"It may be 1 to {LongestSeconds}, or null for never." });
        var wanted = Scopes.Check(scopes);
        await using var store = await stores.CreateDbContextAsync(cancel);
        var account = await store.Accounts.SingleAsync(row => row.Id == actor.AccountId, cancel);
        var made = tokens.Add(store, account, Describe(description), seconds is { } life ? time.GetUtcNow() + TimeSpan.FromSeconds(life) : null, wanted);
        events.Add(store, actor.Email, "authorization.create", new EventTarget($"account {actor.Email}"), after: $"{made.Row.Description}: {made.Row.Scopes}");
        await store.SaveChangesAsync(cancel);
        return made;
    }

    public async Task<(string Token, TokenRow Row)> RenewAsync(Actor actor, Guid uuid, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await Of(store, actor).Include(one => one.Account).SingleAsync(one => one.Uuid == uuid, cancel);
        var token = tokens.Renew(row);
        events.Add(store, actor.Email, "authorization.renew", new EventTarget($"account {actor.Email}"), after: row.Description);
        await store.SaveChangesAsync(cancel);
        return (token, row);
    }

    public static string Describe(string? description)
    {
        var shortened = string.IsNullOrWhiteSpace(description) ? "" : Shorten(description);
        if (shortened == Sessions.Description)
            throw new SlipwayException(422, new SlipwayError("invalid_description", $"{TypedName.Quote(shortened)} is what the dashboard's own sessions are called.") { Next = "Choose other words." });
        return shortened.Length == 0 ? "Long-lived user authorization" : shortened;
    }

    /// <summary>One line, not a document.</summary>
    public static string Shorten(string text) => string.Concat(text.Take(200).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)).Trim();
}
