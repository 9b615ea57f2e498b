using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.AppWebhooks;
using Slipway.Control.Logs;

namespace Slipway.Control.Store;

internal static class StoreServices
{
    public static string DatabaseFile(this ServerConfig server) => Path.Combine(server.ControlDirectory, "slipway.db");

    public static IServiceCollection AddStore(this IServiceCollection services, ServerConfig server) =>
        services.AddPooledDbContextFactory<SlipwayStore>((provider, options) =>
            {
                options.UseSlipwayDatabase(server.DatabaseFile());
                // Not where slipwayd only makes a token.
                if (provider.GetService<StoreChronicle>() is { } chronicle) options.AddInterceptors(chronicle);
                if (provider.GetService<WebhookScribe>() is { } scribe) options.AddInterceptors(scribe);
            })
            .AddScoped(provider => provider.GetRequiredService<IDbContextFactory<SlipwayStore>>().CreateDbContext());

    public static DbContextOptionsBuilder UseSlipwayDatabase(this DbContextOptionsBuilder options, string file)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true };
        return options.UseSqlite(connection.ToString()).AddInterceptors(ConnectionSettings.Instance);
    }

    /// <summary>Brings the database to this version's tables. Called before anything else uses it, holding the <see cref="Server.ServerLock"/>.</summary>
    /// <exception cref="SlipwayException">The database was made by a version that this one does not know; it is left as it is.</exception>
    public static async Task MigrateStoreAsync(this IServiceProvider services, CancellationToken cancel)
    {
        await using var store = await services.GetRequiredService<IDbContextFactory<SlipwayStore>>().CreateDbContextAsync(cancel);
        await store.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL;", cancel);
        if ((await store.Database.GetAppliedMigrationsAsync(cancel)).Except(store.Database.GetMigrations()).FirstOrDefault() is { } unknown) throw OtherVersion(unknown);
        if (!(await store.Database.GetPendingMigrationsAsync(cancel)).Any()) return;
        // EF's own lock is a row, which a killed migration leaves behind for ever. The caller holds the server's lock
        // file, so nobody migrates now, and such a row is nobody's.
        await store.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\";", cancel);
        await store.Database.MigrateAsync(cancel);
    }

    private static SlipwayException OtherVersion(string migration) => new(500, new SlipwayError("store_of_other_version", "The server's database was made by another version of Slipway.")
    {
        Why = $"Its tables are of {migration}, which this version does not know; nothing was changed.",
        Next = "Install the version that made it again. Before 1.0 there is no way from one to the next: bin/down --purge begins anew.",
    });

    /// <summary>
    /// Runs one unit of work, and again from the start when another writer changed the same app in between: reads, decides
    /// and saves on a fresh <see cref="SlipwayStore"/> each time. <paramref name="work"/> must have no effect but its save.
    /// </summary>
    public static async Task<T> ChangeAsync<T>(
        this IDbContextFactory<SlipwayStore> stores, Func<SlipwayStore, Task<T>> work, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var store = await stores.CreateDbContextAsync(cancel);
            try
            {
                return await work(store);
            }
            catch (DbUpdateConcurrencyException) when (attempt < 10)
            {
                await Task.Delay(Random.Shared.Next(1, 10 * attempt), cancel);
            }
        }
    }

    /// <summary>True when <paramref name="e"/> says that a unique index refused the row.</summary>
    public static bool IsDuplicate(this DbUpdateException e) =>
        e.InnerException is SqliteException { SqliteErrorCode: 19, SqliteExtendedErrorCode: 2067 or 1555 };

    /// <summary>
    /// In WAL mode <c>synchronous = NORMAL</c> keeps the file sound but may forget the last transactions at a power cut;
    /// <c>FULL</c> syncs the log with each commit. What the API acknowledged must not be lost, so it is FULL; the store
    /// commits a few times a deploy, where one fsync each does not show. Writers wait for each other in SQLite itself.
    /// </summary>
    private sealed class ConnectionSettings : DbConnectionInterceptor
    {
        public static readonly ConnectionSettings Instance = new();

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000;";
            command.ExecuteNonQuery();
        }

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            ConnectionOpened(connection, eventData); // SQLite has no asynchronous calls
            return Task.CompletedTask;
        }
    }
}
