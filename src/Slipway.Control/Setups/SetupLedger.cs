using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Api;
using Slipway.Control.Apps;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Setups;

/// <param name="App">Name of the app; null for a generated one.</param>
/// <param name="Address">That the source is fetched from; null when it is here already, as <paramref name="Source"/>.</param>
/// <param name="Given">Config vars, checked.</param>
/// <param name="Environment">One of app.json's; null for the file as it is.</param>
internal sealed record SetupRequest(string? App, string? Address, SeenSource? Source, IReadOnlyDictionary<string, string> Given, string? Environment);

/// <summary>A setup beside what there is of it by now.</summary>
/// <param name="App">Null once it is gone.</param>
/// <param name="Deploy">That makes it, or made it last; null before there is one.</param>
/// <param name="Made">The app, its add-ons, config vars, release: for people.</param>
/// <param name="SuccessUrl">Where one goes from here; null before it has succeeded.</param>
internal sealed record SetupState(SetupRow Setup, AppRow? App, DeployRow? Deploy, IReadOnlyList<string> Made, Uri? SuccessUrl)
{
    /// <summary>As it is called now.</summary>
    public string AppName => App?.Name ?? Setup.AppName;
}

/// <summary>The makings of apps, as rows. <see cref="SetupRunner"/> does what they say.</summary>
internal sealed class SetupLedger(IDbContextFactory<SlipwayStore> stores, AppRegistry apps, SecretBox secrets, ServerConfig server, TimeProvider time)
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

    /// <summary>Each beside what there is of it by now.</summary>
    public async Task<IReadOnlyList<SetupState>> StatesAsync(SlipwayStore store, IReadOnlyList<SetupRow> setups, CancellationToken cancel)
    {
        var ids = setups.Select(row => row.AppId).OfType<long>().ToList();
        var apps = await store.Apps.AsNoTracking().Where(row => ids.Contains(row.Id) && row.DestroyedAt == null).ToDictionaryAsync(row => row.Id, cancel);
        var deploys = (await store.Deploys.AsNoTracking().Where(row => ids.Contains(row.AppId) && row.Kind == DeployKind.Setup).OrderBy(row => row.Id).ToListAsync(cancel)).ToLookup(row => row.AppId);
        var addons = (await store.Addons.AsNoTracking().Where(row => ids.Contains(row.AppId)).OrderBy(row => row.Id).ToListAsync(cancel)).ToLookup(row => row.AppId);
        var serving = apps.Values.Select(app => app.CurrentReleaseId).OfType<long>().ToList();
        var versions = await store.Releases.Where(row => serving.Contains(row.Id)).ToDictionaryAsync(row => row.AppId, row => row.Version, cancel);
        return [.. setups.Select(setup => State(setup, apps.GetValueOrDefault(setup.AppId ?? 0)))];

        SetupState State(SetupRow setup, AppRow? app) => app is null
            ? new SetupState(setup, null, null, [], null)
            : new SetupState(setup, app, deploys[app.Id].LastOrDefault(), [.. Made(app, addons[app.Id], versions.TryGetValue(app.Id, out var version) ? version : null)], SuccessUrl(setup, app));
    }

    public async Task<SetupState> StateAsync(SlipwayStore store, SetupRow setup, CancellationToken cancel) => (await StatesAsync(store, [setup], cancel))[0];

    private IEnumerable<string> Made(AppRow app, IEnumerable<AddonRow> addons, int? version)
    {
        yield return $"app {app.Name}";
        foreach (var addon in addons) yield return $"add-on {addon.Name}{(addon.State == AddonState.Provisioned ? "" : $" ({addon.State})")}";
        if (secrets.OpenMap(app.ConfigVars).Keys.Order(StringComparer.Ordinal).ToList() is { Count: > 0 } keys) yield return $"config vars {string.Join(", ", keys)}";
        if (version is not null) yield return $"release v{version}, live";
    }

    private Uri? SuccessUrl(SetupRow setup, AppRow app)
    {
        if (setup.Status != SetupStatus.Succeeded) return null;
        var web = server.WebUrl(app.Name, app.HttpsOnly);
        return setup.SuccessUrl is { } wanted && Uri.TryCreate(web, wanted, out var url) ? url : web;
    }
}
