using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Keys;

/// <summary>Whose SSH key is whose. A key is one account's: sshd learns from it who came.</summary>
internal sealed class SshKeys(IDbContextFactory<SlipwayStore> stores, EventLog events, TimeProvider time)
{
    /// <exception cref="SlipwayException">422: <c>invalid_key</c>, <c>key_taken</c>.</exception>
    public async Task<SshKeyRow> AddAsync(Actor actor, string? text, CancellationToken cancel)
    {
        var key = PublicKey.Parse(text);
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = new SshKeyRow
        {
            Uuid = Guid.NewGuid(),
            AccountId = actor.AccountId,
            Fingerprint = key.Fingerprint,
            PublicKey = key.ToString(),
            Comment = key.Comment,
            CreatedAt = time.GetUtcNow(),
        };
        store.SshKeys.Add(row);
        events.Add(store, actor.Email, "key.add", new EventTarget($"account {actor.Email}"), after: key.Fingerprint);
        try
        {
            await store.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            throw new SlipwayException(422, new SlipwayError("key_taken", "That key is in use already.")
            {
                Why = "A key says who comes, so it can be one account's only, once.",
                Next = "slipway keys lists yours; ssh-keygen -t ed25519 makes another.",
            });
        }

        return row;
    }

    /// <returns>The key; null when it is nobody's.</returns>
    public async Task<(PublicKey Key, Actor Actor)?> FindAsync(string type, string blob, CancellationToken cancel)
    {
        var key = PublicKey.Parse($"{type} {blob}");
        var fingerprint = key.Fingerprint;
        await using var store = await stores.CreateDbContextAsync(cancel);
        var actor = await store.SshKeys.AsNoTracking().Where(row => row.Fingerprint == fingerprint)
            .Select(row => new Actor(row.AccountId, row.Account!.Uuid, row.Account.Email, row.Account.Role)).FirstOrDefaultAsync(cancel);
        return actor is null ? null : (key, actor);
    }
}

internal static class KeysServices
{
    public static IServiceCollection AddKeys(this IServiceCollection services) => services.AddSingleton<SshKeys>();
}
