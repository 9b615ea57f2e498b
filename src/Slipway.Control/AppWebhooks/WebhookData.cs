using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Control.Apps;
using Slipway.Control.Store;

namespace Slipway.Control.AppWebhooks;

/// <summary>What an event tells of its resource: the same that the API shows of it, read in the change's own transaction.</summary>
internal sealed class WebhookData(ServerConfig server, Capabilities capabilities)
{
    /// <returns>Null when the store has it no more, or not yet.</returns>
    public async Task<JsonObject?> OfAsync(SlipwayStore store, object row, CancellationToken cancel)
    {
        var id = WebhookEntity.AppIdOf(row);
        var app = await store.Apps.AsNoTracking().Include(one => one.Owner).Include(one => one.Team).FirstOrDefaultAsync(one => one.Id == id, cancel);
        if (app is null) return null;
        var reference = new Reference(app.Uuid, app.Name);
        switch (row)
        {
            case AppRow:
                return Json(AppViews.View(server, app, (await AppViews.CurrentReleasesAsync(store, [app], cancel)).GetValueOrDefault(app.Id)), ContractsJson.Default.App);
            case ReleaseRow release:
                var released = await store.Releases.AsNoTracking().Include(one => one.Account).Include(one => one.Image).FirstOrDefaultAsync(one => one.Uuid == release.Uuid, cancel);
                return released is null ? null : Json(ReleasesApi.View(app, released, stream: null), ContractsJson.Default.Release);
            case DeployRow build:
                var built = await store.Deploys.AsNoTracking().Include(one => one.Account).Where(one => one.Uuid == build.Uuid).ToListAsync(cancel);
                var builds = await BuildsApi.ViewsAsync(store, reference, built, one => server.ApiUrl(StreamsApi.ForBuild(capabilities, one.Uuid)), cancel);
                return builds is [var only] ? Json(only, ContractsJson.Default.Build) : null;
            case FormationRow formation:
                var scaled = await store.Formations.AsNoTracking().FirstOrDefaultAsync(one => one.Uuid == formation.Uuid, cancel);
                return scaled is null ? null : Json(FormationApi.View(app, scaled.ProcessType, await CommandAsync(store, app, scaled.ProcessType, cancel), scaled), ContractsJson.Default.Formation);
            case DomainRow domain:
                var named = await store.Domains.AsNoTracking().FirstOrDefaultAsync(one => one.Uuid == domain.Uuid, cancel);
                var certificates = await store.Certificates.Where(one => one.AppId == id).ToDictionaryAsync(one => one.Id, one => new Reference(one.Uuid, one.Name), cancel);
                return named is null ? null : Json(DomainsApi.View(app, server, named, certificates), ContractsJson.Default.Domain);
            case CertificateRow certificate:
                var kept = await store.Certificates.AsNoTracking().FirstOrDefaultAsync(one => one.Uuid == certificate.Uuid, cancel);
                var domains = (await store.Domains.AsNoTracking().Where(one => one.AppId == id && one.CertificateId != null).ToListAsync(cancel)).ToLookup(one => one.CertificateId!.Value);
                return kept is null ? null : Json(SniEndpointsApi.View(reference, kept, domains), ContractsJson.Default.SniEndpoint);
            case CollaboratorRow collaborator:
                var member = await store.Collaborators.AsNoTracking().Include(one => one.Account).FirstOrDefaultAsync(one => one.Uuid == collaborator.Uuid, cancel);
                return member is null ? null : Json(CollaboratorsApi.View(reference, member), ContractsJson.Default.Collaborator);
            case AddonRow addon:
                var addons = await AddonViews.OfAsync(store, await store.Addons.AsNoTracking().Where(one => one.Uuid == addon.Uuid).ToListAsync(cancel), null, cancel);
                return addons is [var its] ? Json(its, ContractsJson.Default.Addon) : null;
            case AddonAttachmentRow attachment:
                var attached = await AttachmentsApi.ViewsAsync(store, store.AddonAttachments.Where(one => one.Uuid == attachment.Uuid), cancel);
                return attached is [var found] ? Json(found, ContractsJson.Default.AddonAttachment) : null;
            default:
                return null;
        }
    }

    /// <summary>Who did it: whom the audit trail names beside it, else whose deploy it belongs to, else the app's owner.</summary>
    public static async Task<AccountReference> ActorAsync(SlipwayStore store, string? email, object row, CancellationToken cancel)
    {
        var appId = WebhookEntity.AppIdOf(row);
        var accountId = row switch { ReleaseRow release => release.AccountId, DeployRow deploy => deploy.AccountId, _ => (long?)null };
        var found = await store.Accounts.AsNoTracking().Where(one => one.Email == email || one.Id == accountId).OrderByDescending(one => one.Email == email).FirstOrDefaultAsync(cancel)
            ?? await store.Deploys.AsNoTracking().Where(one => one.AppId == appId && one.FinishedAt == null).Select(one => one.Account).FirstOrDefaultAsync(cancel)
            ?? await store.Apps.AsNoTracking().Where(one => one.Id == appId).Select(one => one.Owner).FirstAsync(cancel);
        return new AccountReference(found!.Uuid, found.Email);
    }

    private static async Task<string> CommandAsync(SlipwayStore store, AppRow app, string type, CancellationToken cancel)
    {
        var json = await store.Releases.Where(one => one.Id == app.CurrentReleaseId).Select(one => one.ProcessTypes).FirstOrDefaultAsync(cancel);
        return json is null ? "" : JsonSerializer.Deserialize(json, ContractsJson.Default.IReadOnlyDictionaryStringString)!.GetValueOrDefault(type, "");
    }

    private static JsonObject Json<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json) => JsonSerializer.SerializeToNode(value, json)!.AsObject();
}
