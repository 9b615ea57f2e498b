using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Builds;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Registries;

/// <summary>
/// As whom images are read from a registry: an app's own login, or the server's, for all apps. Passwords are sealed in the
/// store, and go to a build in a file that nobody else reads.
/// </summary>
internal sealed partial class RegistryLogins(IDbContextFactory<SlipwayStore> stores, SecretBox secrets, EventLog events, TimeProvider time)
{
    private const int MaxLength = 8192;

    /// <param name="app">Null for the server's.</param>
    /// <exception cref="SlipwayException">422 <c>invalid_registry</c>.</exception>
    public async Task<RegistryLoginRow> SetAsync(AppRow? app, Actor actor, string host, string? username, string? password, bool plainHttp, CancellationToken cancel)
    {
        host = Host(host);
        if (string.IsNullOrEmpty(username) != string.IsNullOrEmpty(password) || (string.IsNullOrEmpty(username) && !plainHttp)) throw Invalid("A login is a user name and a password.");
        if ((username + password).Any(char.IsControl) || username?.Contains(':') == true || (username + password).Length > MaxLength)
            throw Invalid($"User name and password are text without control characters, {MaxLength} characters at most, and the user name has no colon.");
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await FindAsync(store, app, host, cancel);
        if (row is null) store.RegistryLogins.Add(row = new RegistryLoginRow { Uuid = Guid.NewGuid(), AppId = app?.Id, Host = host, Username = "", Password = "", CreatedAt = time.GetUtcNow() });
        (row.Username, row.Password, row.PlainHttp) = (username ?? "", secrets.Seal(password ?? ""), plainHttp);
        events.Add(store, actor.Email, "registry.login", Target(app), after: $"{host}{(username is { Length: > 0 } ? $" as {username}" : "")}{(plainHttp ? ", without TLS" : "")}");
        await store.SaveChangesAsync(cancel);
        return row;
    }

    /// <exception cref="SlipwayException">404 <c>not_found</c>.</exception>
    public async Task<RegistryLoginRow> RemoveAsync(AppRow? app, Actor actor, string host, CancellationToken cancel)
    {
        host = Host(host);
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await FindAsync(store, app, host, cancel)
            ?? throw new SlipwayException(404, new SlipwayError("not_found", $"There is no login to {host}.") { Next = "slipway registry list" });
        store.RegistryLogins.Remove(row);
        events.Add(store, actor.Email, "registry.logout", Target(app), before: host);
        await store.SaveChangesAsync(cancel);
        return row;
    }

    public async Task<IReadOnlyList<RegistryLoginRow>> ListAsync(AppRow? app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var appId = app?.Id;
        return await store.RegistryLogins.AsNoTracking().Where(row => row.AppId == appId).OrderBy(row => row.Host).ToListAsync(cancel);
    }

    /// <summary>What one build of an app is given, by host; the app's own login beats the server's.</summary>
    /// <param name="runsCommands">Commands of the user's own run in the build: they could read the logins, so they get none but the app's.</param>
    public async Task<IReadOnlyDictionary<string, RegistryLogin>> ForBuildAsync(AppRow app, BuildPlan plan, bool runsCommands, CancellationToken cancel)
    {
        if (plan.Registry is null && !plan.PullsInBuild) return new Dictionary<string, RegistryLogin>();
        await using var store = await stores.CreateDbContextAsync(cancel);
        var rows = store.RegistryLogins.AsNoTracking();
        if (!plan.PullsInBuild) rows = rows.Where(row => row.Host == plan.Registry);
        rows = rows.Where(row => row.AppId == app.Id || (row.AppId == null && !plan.PullsInBuild && !runsCommands));
        return (await rows.ToListAsync(cancel)).OrderBy(row => row.AppId is null).DistinctBy(row => row.Host)
            .ToDictionary(row => row.Host, row => new RegistryLogin(row.Username, secrets.Open(row.Password), row.PlainHttp));
    }

    private static Task<RegistryLoginRow?> FindAsync(SlipwayStore store, AppRow? app, string host, CancellationToken cancel)
    {
        var appId = app?.Id;
        return store.RegistryLogins.SingleOrDefaultAsync(row => row.AppId == appId && row.Host == host, cancel);
    }

    private static EventTarget Target(AppRow? app) => app is null ? new EventTarget("server") : EventTarget.Of(app);

    private static string Host(string text)
    {
        var host = text.ToLowerInvariant();
        if (host is "index.docker.io" or "registry-1.docker.io" or "hub.docker.com") return ImageReference.DockerHub;
        return HostPattern().IsMatch(host) ? host : throw Invalid($"{TypedName.Quote(text)} is not the host of a registry.");
    }

    private static SlipwayException Invalid(string message) =>
        new(422, new SlipwayError("invalid_registry", message) { Next = "slipway registry login ghcr.io --username ada" });

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostPattern();
}
