using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Apps;

/// <summary>Makes apps. An app begins as a row: its files, database and instances come with what is deployed.</summary>
internal sealed class AppRegistry(IDbContextFactory<SlipwayStore> stores, ServerConfig server, SecretBox secrets, EventLog events, TimeProvider time)
{
    /// <summary>The first uids of the server's range are kept for its own add-ons.</summary>
    private const int FirstUid = 1000;

    private const string KeyLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <param name="asked">Null for a generated name.</param>
    /// <param name="also">What is written with it, in the same transaction.</param>
    /// <exception cref="SlipwayException">422: the name is none, reserved or taken.</exception>
    public async Task<AppRow> CreateAsync(string? asked, Actor actor, CancellationToken cancel, Action<SlipwayStore, AppRow>? also = null)
    {
        var wanted = asked is null ? (AppName?)null : AppNames.Check(asked);
        for (var attempt = 1; ; attempt++)
        {
            await using var store = await stores.CreateDbContextAsync(cancel);
            await using var transaction = await store.Database.BeginTransactionAsync(cancel);
            var app = await NewAsync(store, wanted ?? AppNames.Generate(), actor, cancel);
            try
            {
                await store.SaveChangesAsync(cancel);
                also?.Invoke(store, app);
                await store.SaveChangesAsync(cancel);
                await transaction.CommitAsync(cancel);
                await store.Entry(app).Reference(row => row.Owner).LoadAsync(cancel);
                return app;
            }
            catch (DbUpdateException e) when (e.IsDuplicate())
            {
                await transaction.RollbackAsync(cancel);
                // Taken is either the name or, when two apps are made at the same time, the uid; the latter is no one's fault.
                if (wanted is { } name && await store.Apps.AnyAsync(row => row.Name == name.Value, cancel)) throw NameTaken(name);
                if (attempt == 20) throw;
            }
        }
    }

    /// <returns>Null for a name that an app can be given; else why it cannot.</returns>
    public async Task<SlipwayError?> CheckNameAsync(string? asked, CancellationToken cancel)
    {
        try
        {
            var name = AppNames.Check(asked ?? "");
            await using var store = await stores.CreateDbContextAsync(cancel);
            return await store.Apps.AnyAsync(row => row.Name == name.Value, cancel) ? NameTaken(name).Error : null;
        }
        catch (SlipwayException e)
        {
            return e.Error;
        }
    }

    private async Task<AppRow> NewAsync(SlipwayStore store, AppName name, Actor actor, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var app = new AppRow
        {
            Uuid = Guid.NewGuid(),
            Name = name.Value,
            Uid = await FreeUidAsync(store, cancel),
            OwnerId = actor.AccountId,
            GeneratedSecrets = secrets.SealMap(new Dictionary<string, string>
            {
                ["SECRET_KEY"] = RandomNumberGenerator.GetString(KeyLetters, 64),
            }),
            ConfigVars = secrets.SealMap(new Dictionary<string, string>()),
            CreatedAt = now,
            UpdatedAt = now,
        };
        store.Apps.Add(app);
        events.Add(store, actor.Email, "app.create", EventTarget.Of(app));
        return app;
    }

    // Goes round the range with the count of apps ever made, so that a new app does not get the uid, and with it what may
    // be left of the files, of one that was destroyed a moment ago.
    private async Task<int> FreeUidAsync(SlipwayStore store, CancellationToken cancel)
    {
        var range = server.UidCount - FirstUid;
        var made = await store.Database.SqlQuery<long>($"SELECT seq AS Value FROM sqlite_sequence WHERE name = 'Apps'").SingleOrDefaultAsync(cancel);
        var taken = (await store.Apps.Select(row => row.Uid).ToListAsync(cancel)).ToHashSet();
        for (var step = 0; step < range; step++)
        {
            var uid = server.UidBase + FirstUid + (int)((made + step) % range);
            if (!taken.Contains(uid)) return uid;
        }

        throw new SlipwayException(422, new SlipwayError("too_many_apps", $"This server has all the {range} apps that its range of user ids allows."));
    }

    private static SlipwayException NameTaken(AppName name) =>
        new(422, new SlipwayError("name_taken", $"The name '{name}' is taken.")
        {
            Next = "Choose another name, or none: Slipway then makes one up.",
        });
}
