using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>What can be asked of an add-on that runs.</summary>
internal sealed class AddonConsole(IDbContextFactory<SlipwayStore> stores, ServerConsole console, SecretBox secrets)
{
    /// <summary>Version, size, connections: names and values in an order for people. None before it is made; of one whose server is away, that.</summary>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> FactsAsync(AddonRow addon, AddonServerRow server, CancellationToken cancel)
    {
        if (addon.State != AddonState.Provisioned) return [];
        try
        {
            var lines = await console.RunAsync(server, AddonKinds.Of(addon.Service).Facts(new Uri(secrets.Open(addon.Url))), cancel);
            return [.. lines.Select(line => line.Split(": ", 2)).Where(parts => parts.Length == 2).Select(parts => KeyValuePair.Create(parts[0], parts[1]))];
        }
        catch (SlipwayException e) when (e.Error.Id is "database_unavailable" or "database_command_failed")
        {
            return [KeyValuePair.Create("Trouble", $"{e.Error.Message} {e.Error.Why}".TrimEnd()), .. e.Error.Next is { } next ? [KeyValuePair.Create("Next", next)] : Array.Empty<KeyValuePair<string, string>>()];
        }
    }

    /// <summary>What Django's record of migrations in an app's database says: a word that changes when it does.</summary>
    /// <param name="url">Where the app's database is, as its config var says.</param>
    /// <returns>Null when that is no add-on of the app's, or there is no record yet.</returns>
    public async Task<string?> MigrationsAsync(long appId, string? url, CancellationToken cancel)
    {
        if (url is null) return null;
        await using var store = await stores.CreateDbContextAsync(cancel);
        var attached = await store.AddonAttachments.AsNoTracking().Where(row => row.AppId == appId)
            .Join(store.Addons, attachment => attachment.AddonId, addon => addon.Id, (attachment, addon) => addon)
            .Where(addon => addon.State == AddonState.Provisioned)
            .Join(store.AddonServers, addon => addon.ServerId, server => server.Id, (addon, server) => new { Addon = addon, Server = server })
            .ToListAsync(cancel);
        if (attached.FirstOrDefault(one => secrets.Open(one.Addon.Url) == url) is not { } found) return null;
        if (AddonKinds.Of(found.Addon.Service).Migrations(new Uri(url)) is not { } command) return null;
        var lines = await console.RunAsync(found.Server, command, cancel);
        return lines is [{ Length: 32 } word] ? word : null;
    }
}
