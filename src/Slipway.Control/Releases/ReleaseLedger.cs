using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Images;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Releases;

/// <param name="Config">Whole environment as set by user and add-ons.</param>
/// <param name="ProcessTypes">Process type → command line.</param>
internal sealed record NewRelease(
    long AppId, long? ImageId, string Description, long AccountId, IReadOnlyDictionary<string, string> Config, IReadOnlyDictionary<string, string> ProcessTypes)
{
    /// <summary>How process types that the app did not have before are scaled, where the image says so.</summary>
    public IReadOnlyDictionary<string, WantedScale> Scale { get; init; } = new Dictionary<string, WantedScale>();
}

/// <summary>The numbered releases of all apps.</summary>
internal sealed class ReleaseLedger(IDbContextFactory<SlipwayStore> stores, SecretBox secrets, ServerConfig server, TimeProvider time)
{
    private const string ReleaseType = "release";

    /// <summary>Writes the next release of an app, pending; numbers have no gaps and no doubles, whoever else writes.</summary>
    public async Task<ReleaseRow> AddAsync(NewRelease release, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var store = await stores.CreateDbContextAsync(cancel);
            var row = await AddAsync(store, release, cancel);
            try
            {
                await store.SaveChangesAsync(cancel);
                return row;
            }
            catch (DbUpdateException e) when (e.IsDuplicate() && attempt < 20)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 5 * attempt)), time, cancel);
            }
        }
    }

    /// <summary>Adds it to a unit of work that the caller saves, and again from the start when its number was taken meanwhile.</summary>
    public async Task<ReleaseRow> AddAsync(SlipwayStore store, NewRelease release, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var last = await store.Releases.Where(row => row.AppId == release.AppId).MaxAsync(row => (int?)row.Version, cancel) ?? 0;
        var row = new ReleaseRow
        {
            Uuid = Guid.NewGuid(),
            AppId = release.AppId,
            Version = last + 1,
            ImageId = release.ImageId,
            Description = release.Description,
            AccountId = release.AccountId,
            Status = ReleaseStatus.Pending,
            ConfigVars = secrets.SealMap(release.Config),
            ProcessTypes = JsonSerializer.Serialize(release.ProcessTypes, ContractsJson.Default.IReadOnlyDictionaryStringString),
            CreatedAt = now,
            UpdatedAt = now,
        };
        store.Releases.Add(row);
        await AddFormationAsync(store, release, now, cancel);
        return row;
    }

    /// <summary>The release that a rollback goes back to.</summary>
    /// <exception cref="SlipwayException">It cannot be gone back to, and why.</exception>
    public async Task<ReleaseRow> FindTargetAsync(AppRow app, int version, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var target = await store.Releases.AsNoTracking().Include(row => row.Image)
            .SingleOrDefaultAsync(row => row.AppId == app.Id && row.Version == version, cancel);
        var (id, why) = target switch
        {
            null => ("release_not_found", $"{app.Name} has no release v{version}."),
            _ when target.Id == app.CurrentReleaseId => ("release_is_current", $"v{version} is the release that serves now."),
            { Status: ReleaseStatus.Failed } => ("release_failed", $"v{version} failed and never served."),
            { Status: ReleaseStatus.Pending } => ("release_pending", $"v{version} is not live yet."),
            { Image: null } => ("release_without_image", $"v{version} only set config vars, before the app was first deployed."),
            _ when !ImageLayers.Of(target.Image).All(layer => LayerFiles.Exists(server, layer)) =>
                ("release_not_kept", $"The image of v{version} was removed: the last {Collector.KeptReleases} releases are kept."),
            _ => (null, null),
        };
        return id is null ? target! : throw new SlipwayException(id == "release_not_found" ? 404 : 422, new SlipwayError(id, $"Cannot roll back to v{version}.")
        {
            Why = why,
            Next = $"slipway releases -a {app.Name} lists the releases; those that succeeded can be gone back to.",
        });
    }

    /// <summary>Of a new process type, one web instance is wanted and none of any other, as on Heroku, unless the image says how many.</summary>
    private static async Task AddFormationAsync(SlipwayStore store, NewRelease release, DateTimeOffset now, CancellationToken cancel)
    {
        var known = await store.Formations.Where(row => row.AppId == release.AppId).Select(row => row.ProcessType).ToListAsync(cancel);
        foreach (var type in release.ProcessTypes.Keys.Where(type => type != ReleaseType).Except(known))
        {
            var (quantity, size) = WantedScale.Of(type, null, null, release.Scale.GetValueOrDefault(type));
            store.Formations.Add(new FormationRow
            {
                Uuid = Guid.NewGuid(),
                AppId = release.AppId,
                ProcessType = type,
                Quantity = quantity,
                Size = size,
                CreatedAt = now,
                UpdatedAt = now,
            });
        }
    }
}
