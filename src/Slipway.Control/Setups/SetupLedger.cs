using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deploys;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Apps;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Setups;

/// <param name="App">Name of the app; null for a generated one.</param>
/// <param name="Address">That the source is fetched from; null when it is here already, as <paramref name="Source"/>.</param>
/// <param name="Given">Config vars, checked.</param>
/// <param name="Environment">One of app.json's; null for the file as it is.</param>
internal sealed record SetupRequest(string? App, string? Address, SeenSource? Source, IReadOnlyDictionary<string, string> Given, string? Environment);

/// <summary>The makings of apps, as rows. <see cref="SetupRunner"/> does what they say.</summary>
internal sealed class SetupLedger(IDbContextFactory<SlipwayStore> stores, AppRegistry apps, SecretBox secrets, TimeProvider time)
{
    /// <summary>Writes it down together with its app: from then on it goes to its end, whatever crashes.</summary>
    /// <param name="also">What else is written in the same transaction.</param>
    /// <exception cref="Contracts.Errors.SlipwayException">422: the app's name is none, reserved or taken.</exception>
    public async Task<SetupRow> AddAsync(SetupRequest request, Actor actor, CancellationToken cancel, Action<SlipwayStore, AppRow, SetupRow>? also = null)
    {
        SetupRow? setup = null;
        await apps.CreateAsync(request.App, actor, cancel, (store, app) =>
        {
            var now = time.GetUtcNow();
            setup = new SetupRow
            {
                Uuid = Guid.CreateVersion7(),
                AccountId = actor.AccountId,
                AppId = app.Id,
                AppUuid = app.Uuid,
                AppName = app.Name,
                Environment = request.Environment,
                Source = request.Address is null ? null : secrets.Seal(request.Address),
                SourceDigest = request.Source?.Digest.Value,
                Version = request.Source?.Version,
                Given = secrets.SealMap(request.Given),
                Status = SetupStatus.Pending,
                CreatedAt = now,
                UpdatedAt = now,
            };
            store.Setups.Add(setup);
            also?.Invoke(store, app, setup);
        });
        return setup!;
    }

    public Task ChangeAsync(long id, Action<SetupRow> change, CancellationToken cancel) => stores.ChangeAsync(async store =>
    {
        var row = await store.Setups.SingleAsync(row => row.Id == id, cancel);
        change(row);
        row.UpdatedAt = time.GetUtcNow();
        return await store.SaveChangesAsync(cancel);
    }, cancel);

    /// <summary>The deploy that makes it, or made it last; null before there is one.</summary>
    public static Task<DeployRow?> DeployOfAsync(SlipwayStore store, SetupRow setup, CancellationToken cancel) =>
        store.Deploys.AsNoTracking().Where(row => row.AppId == setup.AppId && row.Kind == DeployKind.Setup).OrderByDescending(row => row.Id).FirstOrDefaultAsync(cancel);

    /// <summary>What there is of it by now, for people: the app, its add-ons, config vars, release.</summary>
    public async Task<IReadOnlyList<string>> CreatedAsync(SlipwayStore store, SetupRow setup, CancellationToken cancel)
    {
        if (await store.Apps.AsNoTracking().FirstOrDefaultAsync(row => row.Id == setup.AppId && row.DestroyedAt == null, cancel) is not { } app) return [];
        var created = new List<string> { $"app {app.Name}" };
        foreach (var addon in await store.Addons.AsNoTracking().Where(row => row.AppId == app.Id).OrderBy(row => row.Id).ToListAsync(cancel))
            created.Add($"add-on {addon.Name}{(addon.State == AddonState.Provisioned ? "" : $" ({addon.State})")}");
        if (secrets.OpenMap(app.ConfigVars).Keys.Order(StringComparer.Ordinal).ToList() is { Count: > 0 } keys) created.Add($"config vars {string.Join(", ", keys)}");
        var release = await store.Releases.AsNoTracking().FirstOrDefaultAsync(row => row.Id == app.CurrentReleaseId, cancel);
        if (release is not null) created.Add($"release v{release.Version}, live");
        return created;
    }
}
