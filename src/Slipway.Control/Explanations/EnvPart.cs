using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Control.Addons;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Explanations;

/// <summary>The environment of each type of process as its instances are started with it, and where each variable is from.</summary>
internal sealed class EnvPart(IDbContextFactory<SlipwayStore> stores, DesiredReader desired) : Part
{
    public override string Name => "env";

    public override async Task<IReadOnlyList<ExplainedSection>> ExplainAsync(AppRow app, CancellationToken cancel)
    {
        if (await desired.ReadAsync(app.Id, app.CurrentReleaseId!.Value, cancel) is not var (surroundings, release)) return [];
        await using var store = await stores.CreateDbContextAsync(cancel);
        var attached = (await store.AddonAttachments.Where(row => row.AppId == app.Id).Select(row => row.Name).ToListAsync(cancel)).Select(AttachmentLedger.VariableOf).ToHashSet();
        var image = InstanceSpecs.ImageEnvironment(release.Facts);
        return
        [
            .. ((await desired.ReadAppAsync(app.Id, cancel)).Current?.Processes ?? []).Where(process => process.Instances.Count > 0).Select(process => new ExplainedSection(
                process.Type.Value, "Later ones beat earlier ones: the image, what Slipway made for the app, config vars, what the platform tells. To see it from inside: slipway run env",
                [.. process.Instances[0].Environment.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={Shown(one.Key, one.Value)}   # {OriginOf(one.Key, one.Value)}")])),
        ];

        bool IsSet(string key, string value) => release.ConfigVars.TryGetValue(key, out var set) && set == value;

        // A short value is not found in texts, so it is hidden here, where its name says whose it is.
        string Shown(string key, string value) => IsSet(key, value) || surroundings.Secrets.Values.Contains(value) ? Mask.Value(value) : value;

        string OriginOf(string key, string value) =>
            IsSet(key, value) ? attached.Contains(key) ? "add-on" : "config var"
            : surroundings.Secrets.Values.Contains(value) ? "made once for the app"
            : image.TryGetValue(key, out var own) && own == value ? "image"
            : "Slipway";
    }
}
