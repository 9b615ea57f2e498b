using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Webhooks;

/// <summary>
/// The address at which a forge says that an app's repository was pushed to. What is deployed is always the repository and
/// branch that the app's owner named; a delivery only says when.
/// </summary>
internal sealed class ForgeWebhooks(IDbContextFactory<SlipwayStore> stores, SecretBox secrets, EventLog events, TimeProvider time)
{
    /// <summary>A delivery that comes again is one of the last few.</summary>
    private const int Remembered = 200;

    /// <summary>Makes the app's webhook, or a new one in its place.</summary>
    /// <returns>The secret, shown this once.</returns>
    /// <exception cref="SlipwayException">422: not a repository's address, not a branch.</exception>
    public async Task<(WebhookRow Row, string Secret)> SetAsync(AppRow app, Actor actor, string? repository, string? branch, CancellationToken cancel)
    {
        branch ??= "main";
        if (!RemoteSource.IsBranch(branch)) throw new SlipwayException(422, new SlipwayError("invalid_branch", $"{TypedName.Quote(branch)} is not a branch's name."));
        if (!Uri.TryCreate(repository, UriKind.Absolute, out var url) || url.Fragment.Length > 0) throw RemoteErrors.NotAnAddress(repository);
        RemoteSource.Parse(url);

        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await using var store = await stores.CreateDbContextAsync(cancel);
        store.Webhooks.RemoveRange(await store.Webhooks.Where(row => row.AppId == app.Id).ToListAsync(cancel));
        var row = new WebhookRow
        {
            Uuid = Guid.NewGuid(),
            AppId = app.Id,
            Repository = secrets.Seal(repository!),
            Branch = branch,
            Secret = secrets.Seal(secret),
            Seen = "[]",
            CreatedAt = time.GetUtcNow(),
        };
        store.Webhooks.Add(row);
        events.Add(store, actor.Email, "webhook.set", EventTarget.Of(app), after: $"{SourceOf(row).Shown}#{branch}");
        await store.SaveChangesAsync(cancel);
        return (row, secret);
    }

    public async Task<WebhookRow?> FindAsync(Guid uuid, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Webhooks.AsNoTracking().FirstOrDefaultAsync(row => row.Uuid == uuid, cancel);
    }

    public string SecretOf(WebhookRow row) => secrets.Open(row.Secret);

    /// <summary>What a delivery deploys. Whatever its form, the address is a repository's.</summary>
    public RemoteSource SourceOf(WebhookRow row) => RemoteSource.Parse(new Uri(secrets.Open(row.Repository))) with { IsRepository = true, Branch = row.Branch };

    /// <summary>Writes down that a deploy is wanted; from then on it happens, whatever crashes.</summary>
    /// <returns>False when the delivery was there before.</returns>
    public Task<bool> WantAsync(WebhookRow webhook, string? delivery, CancellationToken cancel) => stores.ChangeAsync(async store =>
    {
        await using var transaction = await store.Database.BeginTransactionAsync(cancel);
        var row = await store.Webhooks.SingleAsync(row => row.Id == webhook.Id, cancel);
        var seen = JsonSerializer.Deserialize(row.Seen, ContractsJson.Default.IReadOnlyListString)!;
        if (delivery is not null && seen.Contains(delivery)) return false;
        if (delivery is not null) row.Seen = JsonSerializer.Serialize([.. seen.Append(delivery).TakeLast(Remembered)], ContractsJson.Default.IReadOnlyListString);
        row.Wanted++;
        await store.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }, cancel);
}
