using System.Text.Json;
using Slipway.Contracts.Deploys;
using Slipway.Control.Addons;
using Slipway.Control.Images;
using Slipway.Control.Secrets;
using Slipway.Control.Store;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Heroku;

/// <summary>An app as after a deploy, written into the store: nothing can be built where nothing runs.</summary>
internal static class SampleApp
{
    /// <returns>Id of its build.</returns>
    public static async Task<Guid> DeployAsync(Slipwayd server, string name)
    {
        await using var store = server.Store();
        var app = store.Apps.Single(row => row.Name == name);
        var now = DateTimeOffset.UtcNow;
        var layer = $"sha256-{new string('a', 64)}";
        var facts = new ImageFacts { ProcessTypes = new Dictionary<string, string> { ["web"] = "gunicorn site.wsgi", ["worker"] = "celery -A site worker" } };
        var image = new ImageRow { Uuid = Guid.NewGuid(), AppId = app.Id, Layers = $"[\"{layer}\"]", Facts = facts.ToJson(), Kind = "python", SourceDigest = layer, Bytes = 1 << 20, CreatedAt = now };
        store.Images.Add(image);
        await store.SaveChangesAsync();
        var release = new ReleaseRow
        {
            Uuid = Guid.NewGuid(), AppId = app.Id, Version = 1, ImageId = image.Id, Description = "Deploy 1a2b3c4", AccountId = app.OwnerId, Status = ReleaseStatus.Succeeded,
            ConfigVars = app.ConfigVars, ProcessTypes = JsonSerializer.Serialize(facts.ProcessTypes), CreatedAt = now, UpdatedAt = now,
        };
        store.Releases.Add(release);
        await store.SaveChangesAsync();
        var deploy = new DeployRow
        {
            Uuid = Guid.NewGuid(), AppId = app.Id, Kind = DeployKind.Source, Status = DeployStatus.Succeeded, AccountId = app.OwnerId, SourceDigest = layer, SourceVersion = "1a2b3c4",
            ImageId = image.Id, ReleaseId = release.Id, CreatedAt = now, FinishedAt = now,
        };
        store.Deploys.Add(deploy);
        app.CurrentReleaseId = release.Id;
        await store.SaveChangesAsync();
        return deploy.Uuid;
    }

    /// <returns>Name of an add-on that the app has, attached as DATABASE.</returns>
    public static async Task<string> AddDatabaseAsync(Slipwayd server, string name)
    {
        await using var store = server.Store();
        var app = store.Apps.Single(row => row.Name == name);
        var shared = store.AddonServers.FirstOrDefault(row => row.Name == "slipway-postgres");
        if (shared is null)
        {
            store.AddonServers.Add(shared = new AddonServerRow { Uuid = Guid.NewGuid(), Service = "postgresql", Name = "slipway-postgres", Address = 2, CreatedAt = DateTimeOffset.UtcNow });
            await store.SaveChangesAsync();
        }

        var addon = new AddonRow
        {
            Uuid = Guid.NewGuid(), AppId = app.Id, ServerId = shared.Id, Service = "postgresql", Plan = AddonKinds.Of("postgresql").Plans[0].Name, Name = "postgresql-" + name,
            State = AddonState.Provisioned, Url = SecretBox.Load(server.Config).Seal("postgres://u:p@slipway-postgres:5432/d"), CreatedAt = DateTimeOffset.UtcNow,
        };
        store.Addons.Add(addon);
        await store.SaveChangesAsync();
        store.AddonAttachments.Add(new AddonAttachmentRow { Uuid = Guid.NewGuid(), AddonId = addon.Id, AppId = app.Id, Name = "DATABASE", CreatedAt = DateTimeOffset.UtcNow });
        await store.SaveChangesAsync();
        return addon.Name;
    }
}
