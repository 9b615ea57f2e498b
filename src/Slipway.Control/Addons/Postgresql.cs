using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Events;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>A database and a role in the shared PostgreSQL server for each app that wants one.</summary>
internal sealed class Postgresql(
    IDbContextFactory<SlipwayStore> stores, PostgresServer server, PostgresAdmin admin, StackCatalog stacks, RunnerClient runner,
    InstanceOwners owners, Reconciler reconciler, SecretBox secrets, EventLog events, TimeProvider time)
{
    public const string Service = "postgresql";

    /// <summary>The config var that it injects.</summary>
    public const string UrlVariable = "DATABASE_URL";

    public const string Provisioning = "provisioning";
    public const string Provisioned = "provisioned";

    private const string PasswordLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const long MiB = 1L << 20;

    // Every statement may run again: a crash between any two of them is mended by the next attempt.
    private const string CreateSql = """
        SET log_min_error_statement = panic;
        SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
        ALTER ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 60 PASSWORD :'password';
        SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0', :'role', :'role') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
        REVOKE ALL ON DATABASE :"role", postgres, template1 FROM PUBLIC;
        \connect :"role"
        ALTER SCHEMA public OWNER TO :"role";
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        """;

    private const string DropSql = """
        DROP DATABASE IF EXISTS :"role" WITH (FORCE);
        DROP ROLE IF EXISTS :"role";
        """;

    private const string MigrationsSql = """
        SELECT to_regclass('public.django_migrations') IS NOT NULL AS there \gset
        \if :there
        SELECT md5(string_agg(app || ' ' || name || ' ' || applied, ',' ORDER BY id)) FROM public.django_migrations;
        \endif
        """;

    /// <summary>Name of an app's database and role. The prefix keeps them apart from PostgreSQL's own (<c>postgres</c>, <c>pg_…</c>).</summary>
    public static string RoleOf(AppName app) => "app_" + app.Value.Replace('-', '_');

    /// <summary>The app's database, made now if it has none; its URL becomes the config var <see cref="UrlVariable"/> where that is not set.</summary>
    /// <param name="progress">Gets lines to show when the stack has to be built first.</param>
    public async Task<AddonRow> ProvisionAsync(long appId, Func<string, ValueTask> progress, CancellationToken cancel)
    {
        await stacks.FindAsync(StackCatalog.Postgres, progress, cancel);
        var (app, addon) = await FindOrAddAsync(appId, cancel);
        if (addon.State != Provisioned) await CreateAsync(app, addon, cancel);
        return await stores.ChangeAsync(async store =>
        {
            var row = await store.Addons.SingleAsync(one => one.Id == addon.Id, cancel);
            var owner = await store.Apps.SingleAsync(one => one.Id == appId, cancel);
            var config = secrets.OpenMap(owner.ConfigVars);
            foreach (var (key, value) in secrets.OpenMap(row.ConfigVars)) config.TryAdd(key, value);
            owner.ConfigVars = secrets.SealMap(config);
            if (row.State != Provisioned) events.Add(store, "slipway", "addon.provision", EventTarget.Of(owner), after: $"{row.Name} (database {RoleOf(AppName.Parse(owner.Name))})");
            row.State = Provisioned;
            await store.SaveChangesAsync(cancel);
            return row;
        }, cancel);
    }

    public Task<AddonRow> ProvisionAsync(long appId, CancellationToken cancel) => ProvisionAsync(appId, _ => ValueTask.CompletedTask, cancel);

    /// <summary>Drops the database and its role, then the row; absent: no error.</summary>
    public async Task DeprovisionAsync(long addonId, CancellationToken cancel)
    {
        if (await FindAsync(addonId, cancel) is not { } app) return;
        var role = RoleOf(AppName.Parse(app.Name));
        reconciler.Wake();
        await admin.WaitAsync(cancel);
        await admin.RunAsync("postgres", DropSql, new Dictionary<string, string> { ["role"] = role }, cancel);
        await stores.ChangeAsync(async store =>
        {
            if (await store.Addons.SingleOrDefaultAsync(row => row.Id == addonId, cancel) is not { } addon) return false;
            var owner = await store.Apps.SingleAsync(row => row.Id == addon.AppId, cancel);
            var config = secrets.OpenMap(owner.ConfigVars);
            foreach (var (key, value) in secrets.OpenMap(addon.ConfigVars))
                if (config.GetValueOrDefault(key) == value) config.Remove(key);
            owner.ConfigVars = secrets.SealMap(config);
            store.Addons.Remove(addon);
            events.Add(store, "slipway", "addon.deprovision", EventTarget.Of(owner), before: $"{addon.Name} (database {role})");
            await store.SaveChangesAsync(cancel);
            return true;
        }, cancel);
        reconciler.Wake();
    }

    /// <returns>The app that the add-on belongs to; null when there is no such add-on.</returns>
    private async Task<AppRow?> FindAsync(long addonId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Apps.AsNoTracking().SingleOrDefaultAsync(app => store.Addons.Any(row => row.Id == addonId && row.AppId == app.Id), cancel);
    }

    /// <summary>What Django's record of migrations in the app's database says: a word that changes when it does.</summary>
    /// <param name="url">Where the app's database is, as its config var says.</param>
    /// <returns>Null when that is not its database in this server, or there is no record yet.</returns>
    public async Task<string?> MigrationsAsync(long appId, string? url, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var addon = await store.Addons.AsNoTracking().FirstOrDefaultAsync(row => row.AppId == appId && row.Service == Service && row.State == Provisioned, cancel);
        if (addon is null || secrets.OpenMap(addon.ConfigVars)[UrlVariable] != url) return null;
        var lines = await admin.RunAsync(new Uri(url).AbsolutePath[1..], MigrationsSql, new Dictionary<string, string>(), cancel);
        return lines is [{ Length: 32 } word] ? word : null;
    }

    /// <summary>
    /// <c>psql</c> as the app's own role, attached. It runs in an instance of the app's, not in the server's: psql can
    /// start a shell, and there it must find nothing but what the app itself may reach.
    /// </summary>
    /// <exception cref="SlipwayException">404 <c>no_database</c> when the app has none.</exception>
    public async Task<OneOff> ShellAsync(long appId, TerminalSize? terminal, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var app = await store.Apps.AsNoTracking().SingleAsync(row => row.Id == appId, cancel);
        var addon = await store.Addons.AsNoTracking().FirstOrDefaultAsync(row => row.AppId == appId && row.Service == Service && row.State == Provisioned, cancel)
            ?? throw NoDatabase(app);
        var url = new Uri(secrets.OpenMap(addon.ConfigVars)[UrlVariable]);
        var stack = await stacks.FindAsync(StackCatalog.Postgres, _ => ValueTask.CompletedTask, cancel);
        var name = AppName.Parse(app.Name);
        var spec = new InstanceSpec
        {
            Id = InstanceIds.New(name, InstanceIds.NoShape),
            App = name,
            Name = $"psql.{RandomNumberGenerator.GetInt32(1000, 10_000)}",
            Kind = InstanceKind.OneOff,
            Uid = app.Uid,
            Layers = [stack.Layer],
            Command = ["psql"],
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
                ["HOME"] = "/tmp",
                ["LANG"] = "C.UTF-8",
                ["TERM"] = "xterm-256color",
                ["PGHOST"] = url.Host,
                ["PGPORT"] = url.Port.ToString(),
                ["PGUSER"] = url.UserInfo.Split(':')[0],
                ["PGPASSWORD"] = url.UserInfo.Split(':')[1],
                ["PGDATABASE"] = url.AbsolutePath[1..],
            },
            Limits = new ResourceLimits(256 * MiB, 1000, 64, 256 * MiB),
            Links = new Dictionary<string, int> { [server.Link.Key] = server.Link.Value },
            Terminal = terminal,
        };
        var lease = owners.Own(spec.Id);
        try
        {
            return new OneOff(spec.Id, spec.Name, await runner.StreamAsync(RunnerVerb.Run, spec, ContractsJson.Default.InstanceSpec, cancel), lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private async Task CreateAsync(AppRow app, AddonRow addon, CancellationToken cancel)
    {
        reconciler.Wake();
        await admin.WaitAsync(cancel);
        await PostgresCluster.MarkCreatedAsync(stores, cancel);
        var password = new Uri(secrets.OpenMap(addon.ConfigVars)[UrlVariable]).UserInfo.Split(':')[1];
        await admin.RunAsync(
            "postgres", CreateSql, new Dictionary<string, string> { ["role"] = RoleOf(AppName.Parse(app.Name)), ["password"] = password }, cancel);
    }

    private Task<(AppRow App, AddonRow Addon)> FindOrAddAsync(long appId, CancellationToken cancel) =>
        stores.ChangeAsync(async store =>
        {
            var app = await store.Apps.SingleAsync(row => row.Id == appId, cancel);
            if (await store.Addons.FirstOrDefaultAsync(row => row.AppId == appId && row.Service == Service, cancel) is { } there) return (app, there);
            var role = RoleOf(AppName.Parse(app.Name));
            var password = RandomNumberGenerator.GetString(PasswordLetters, 40);
            var addon = new AddonRow
            {
                Uuid = Guid.NewGuid(),
                AppId = appId,
                Service = Service,
                Name = $"{Service}-{app.Name}",
                State = Provisioning,
                ConfigVars = secrets.SealMap(new Dictionary<string, string>
                {
                    [UrlVariable] = $"postgres://{role}:{password}@{PostgresServer.Host}:5432/{role}",
                }),
                CreatedAt = time.GetUtcNow(),
            };
            store.Addons.Add(addon);
            await store.SaveChangesAsync(cancel);
            return (app, addon);
        }, cancel);

    private static SlipwayException NoDatabase(AppRow app) =>
        new(404, new SlipwayError("no_database", $"{app.Name} has no database of Slipway's.")
        {
            Why = "A Django app gets one with its first deploy, unless its settings name a database of their own.",
            Next = $"slipway addons create postgresql -a {app.Name}",
        });
}
