using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Addons;
using Slipway.Control.Images;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Releases;

/// <summary>
/// Remembers what Django's <c>migrate</c> last read and left, so that a release that changes neither need not start Django
/// only to hear that there is nothing to do. The database is asked each time: what somebody migrated by hand, or
/// restored, is another state, and <c>migrate</c> runs.
/// </summary>
internal sealed class MigrateMemory(IDbContextFactory<SlipwayStore> stores, AddonConsole addons, SecretBox secrets)
{
    private const string UrlVariable = "DATABASE_URL";

    /// <summary>
    /// What the app's database says now. A deploy asks while it builds, so that the answer costs no time; a database that
    /// does not answer is <c>migrate</c>'s to complain about.
    /// </summary>
    public async Task<string?> AskAsync(long appId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var app = await store.Apps.AsNoTracking().SingleAsync(row => row.Id == appId, cancel);
        if (app.Migrated is null) return null;
        try
        {
            return await addons.MigrationsAsync(appId, secrets.OpenMap(app.ConfigVars).GetValueOrDefault(UrlVariable), cancel);
        }
        catch (SlipwayException)
        {
            return null;
        }
    }

    /// <param name="applied">What <see cref="AskAsync"/> said.</param>
    /// <returns>True when <c>migrate</c> would do nothing.</returns>
    public async Task<bool> IsNeedlessAsync(ReleaseRow release, string? applied, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var known = await store.Apps.Where(row => row.Id == release.AppId).Select(row => row.Migrated).SingleAsync(cancel);
        return known is not null && known == await StateAsync(store, release, applied, cancel);
    }

    /// <summary>Called after <c>migrate</c> succeeded.</summary>
    public async Task RememberAsync(ReleaseRow release, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var applied = await addons.MigrationsAsync(release.AppId, secrets.OpenMap(release.ConfigVars).GetValueOrDefault(UrlVariable), cancel);
        var state = await StateAsync(store, release, applied, cancel);
        await store.Apps.Where(row => row.Id == release.AppId).ExecuteUpdateAsync(set => set.SetProperty(row => row.Migrated, state), cancel);
    }

    /// <returns>Null where it cannot be told: a release command of the user's own, or a database that is not Slipway's.</returns>
    private async Task<string?> StateAsync(SlipwayStore store, ReleaseRow release, string? applied, CancellationToken cancel)
    {
        var facts = await store.Images.Where(row => row.Id == release.ImageId).Select(row => row.Facts).SingleAsync(cancel);
        if (applied is null || ImageFacts.Parse(facts).MigrateKey is not { } key) return null;
        var text = new StringBuilder($"{key}\n{applied}\n");
        foreach (var (name, value) in secrets.OpenMap(release.ConfigVars).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            text.Append($"{name} {value.Length} {value}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
