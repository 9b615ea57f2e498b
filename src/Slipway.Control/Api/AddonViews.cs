using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Control.Addons;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Add-ons as the API shows them.</summary>
internal static class AddonViews
{
    /// <param name="appId">The app whose config vars are named; null for each add-on's owner.</param>
    public static async Task<IReadOnlyList<Addon>> OfAsync(SlipwayStore store, IReadOnlyList<AddonRow> rows, long? appId, CancellationToken cancel)
    {
        var (ids, owners) = (rows.Select(row => row.Id).ToList(), rows.Select(row => row.AppId).ToList());
        var apps = await store.Apps.AsNoTracking().Where(app => owners.Contains(app.Id)).ToDictionaryAsync(app => app.Id, cancel);
        var attached = await store.AddonAttachments.AsNoTracking().Where(one => ids.Contains(one.AddonId)).ToListAsync(cancel);
        return [.. rows.Select(row => View(row, apps[row.AppId], attached.Where(one => one.AddonId == row.Id && one.AppId == (appId ?? row.AppId))))];
    }

    public static Reference Service(AddonKind kind) => new(StableId.Of(Guid.Empty, kind.PublicName), kind.PublicName);

    public static AddonPlanView Plan(AddonRow row) => AddonServicesApi.View(AddonKinds.Of(row.Service), row.Plan);

    private static Addon View(AddonRow row, AppRow owner, IEnumerable<AddonAttachmentRow> attached) => new()
    {
        Id = row.Uuid,
        Name = row.Name,
        AddonService = Service(AddonKinds.Of(row.Service)),
        Plan = Plan(row),
        App = new Reference(owner.Uuid, owner.Name),
        BillingEntity = new BillingEntity(owner.Uuid, owner.Name, "app"),
        State = row.State,
        ConfigVars = [.. attached.Select(one => AttachmentLedger.VariableOf(one.Name)).Order(StringComparer.Ordinal)],
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.CreatedAt,
    };
}
