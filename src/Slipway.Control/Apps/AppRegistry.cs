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
                await store.Entry(app).Reference(row => row.Team).LoadAsync(cancel);
                return app;
            }
            catch (DbUpdateException e) when (e.IsDuplicate())
            {
                await transaction.RollbackAsync(cancel);
                // Taken is either the name or, when two apps are made at the same time, the uid; the latter is no one's fault.
                if (wanted is { } name && await store.Apps.AsNoTracking().FirstOrDefaultAsync(row => row.Name == name.Value, cancel) is { } other) throw NameTaken(other, actor);
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
            return await store.Apps.AsNoTracking().FirstOrDefaultAsync(row => row.Name == name.Value, cancel) is { } other ? NameTaken(other, null).Error : null;
        }
        catch (SlipwayException e)
        {
            return e.Error;
        }
    }

    /// <summary>
    /// Gives an app another name. Its host name goes along, and the old one is free at once; what is on disk stays where it
    /// is, under the <see cref="AppRow.Handle"/>.
    /// </summary>
    /// <param name="app">Tracked by <paramref name="store"/>.</param>
    /// <exception cref="SlipwayException">422: the name is none, reserved or taken.</exception>
    public async Task RenameAsync(SlipwayStore store, AppRow app, string asked, Actor actor, CancellationToken cancel)
    {
        var (name, before) = (AppNames.Check(asked), app.Name);
        if (await store.Apps.AsNoTracking().FirstOrDefaultAsync(row => row.Name == name.Value && row.Id != app.Id, cancel) is { } other) throw NameTaken(other, actor);
        (app.FirstName, app.Name, app.UpdatedAt) = (app.Handle, name.Value, time.GetUtcNow());
        events.Add(store, actor.Email, "app.rename", EventTarget.Of(app), before, name.Value);
        try
        {
            await store.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            throw NameTaken(await store.Apps.AsNoTracking().FirstAsync(row => row.Name == name.Value, cancel), actor);
        }
    }

    private async Task<AppRow> NewAsync(SlipwayStore store, AppName name, Actor actor, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var app = new AppRow
        {
            Uuid = Guid.NewGuid(),
            Name = name.Value,
            FirstName = await OtherHandleAsync(store, name, cancel),
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

    /// <returns>Null, unless an app that was renamed left the name behind on its files; then one that nothing has.</returns>
    private static async Task<string?> OtherHandleAsync(SlipwayStore store, AppName name, CancellationToken cancel) =>
        await store.Apps.AnyAsync(row => row.FirstName == name.Value, cancel) ? AppNames.Generate().Value : null;

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

    /// <summary>Whoever repeats a call whose answer was lost is told that it was done.</summary>
    private static SlipwayException NameTaken(AppRow app, Actor? actor) => app.OwnerId == actor?.AccountId && app.DestroyedAt is null
        ? new(422, new SlipwayError("name_taken", $"You have an app '{app.Name}' already.")
        {
            Why = $"It was made at {app.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC; if this call repeats one that got no answer, that one was done.",
            Next = $"slipway apps info -a {app.Name}",
        })
        : new(422, new SlipwayError("name_taken", $"The name '{app.Name}' is taken.")
        {
            Next = "Choose another name, or none: Slipway then makes one up.",
        });
}
