using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <param name="Attachment">Name of the attachment; null for the kind's own.</param>
internal sealed record AddonRequest(AddonKind Kind, string Plan, string? Attachment);

/// <summary>The add-ons of all apps, as rows. What is written here is only asked for; <see cref="AddonProvisioning"/> makes it.</summary>
internal sealed class AddonLedger(SecretBox secrets, AttachmentLedger attachments, TimeProvider time)
{
    private const string PasswordLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int FirstAddress = 2, LastAddress = 254;

    /// <summary>Adds it, attached, within a transaction, in which nobody else writes. One that was left half made is gone on with.</summary>
    /// <exception cref="SlipwayException">422: the attachment's name is no name or taken; 507 <c>too_many_servers</c>.</exception>
    public async Task<AddonRow> AddAsync(SlipwayStore store, AppRow app, AddonRequest request, CancellationToken cancel)
    {
        var kind = request.Kind;
        var unfinished = await store.Addons.FirstOrDefaultAsync(
            row => row.AppId == app.Id && row.Service == kind.Service && row.Plan == request.Plan && row.State == AddonState.Provisioning, cancel);
        if (unfinished is not null) return unfinished;

        var name = await FreeNameAsync(store, $"{kind.Service}-{app.Name}", cancel);
        var server = await ServerAsync(store, kind, cancel);
        var addon = new AddonRow
        {
            Uuid = Guid.NewGuid(),
            AppId = app.Id,
            ServerId = server.Id,
            Service = kind.Service,
            Plan = request.Plan,
            Name = name,
            State = AddonState.Provisioning,
            Url = secrets.Seal(kind.UrlOf(AddonServers.HostOf(server), DatabaseOf(kind, name), RandomNumberGenerator.GetString(PasswordLetters, 40)).OriginalString),
            CreatedAt = time.GetUtcNow(),
        };
        store.Addons.Add(addon);
        await store.SaveChangesAsync(cancel);
        await attachments.AddAsync(store, app, addon, request.Attachment, cancel);
        await store.SaveChangesAsync(cancel);
        return addon;
    }

    /// <summary>
    /// Name of a database and its owner: <c>app_blog</c> for <c>postgresql-blog</c>. The prefix keeps them apart from what a
    /// server has of its own (<c>postgres</c>, <c>mysql</c>); names of add-ons are unique and have no underscores, so these are too.
    /// </summary>
    public static string DatabaseOf(AddonKind kind, string addon) => "app_" + addon[(kind.Service.Length + 1)..].Replace('-', '_');

    private static async Task<string> FreeNameAsync(SlipwayStore store, string wanted, CancellationToken cancel)
    {
        var name = wanted;
        for (var number = 2; await store.Addons.AnyAsync(row => row.Name == name, cancel); number++) name = $"{wanted}-{number}";
        return name;
    }

    private async Task<AddonServerRow> ServerAsync(SlipwayStore store, AddonKind kind, CancellationToken cancel)
    {
        var noun = "slipway-" + kind.ServerNoun;
        if (kind.IsShared && await store.AddonServers.SingleOrDefaultAsync(row => row.Name == noun, cancel) is { } shared) return shared;

        var taken = await store.AddonServers.Select(row => row.Address).ToListAsync(cancel);
        var address = Enumerable.Range(FirstAddress, LastAddress - FirstAddress + 1).Except(taken).FirstOrDefault();
        if (address == 0) throw TooMany(taken.Count);
        var server = new AddonServerRow
        {
            Uuid = Guid.NewGuid(),
            Service = kind.Service,
            Name = kind.IsShared ? noun : $"{noun}-{address}",
            Address = address,
            CreatedAt = time.GetUtcNow(),
        };
        store.AddonServers.Add(server);
        await store.SaveChangesAsync(cancel);
        return server;
    }

    private static SlipwayException TooMany(int count) =>
        new(507, new SlipwayError("too_many_servers", $"This server has {count} servers of add-ons already, all that its network has addresses for.")
        {
            Next = "Destroy an add-on that nobody needs, or use one elsewhere: slipway config set REDIS_URL=…",
        });
}
