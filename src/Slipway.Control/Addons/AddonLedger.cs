using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Secrets;
using Slipway.Control.Mail;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <param name="Attachment">Name of the attachment; null for the kind's own.</param>
/// <param name="Name">Of the add-on; null for one made of its app's.</param>
internal sealed record AddonRequest(AddonKind Kind, string Plan, string? Attachment, string? Name = null);

/// <summary>The add-ons of all apps, as rows. What is written here is only asked for; <see cref="AddonProvisioning"/> makes it.</summary>
internal sealed partial class AddonLedger(SecretBox secrets, AttachmentLedger attachments, TimeProvider time)
{
    public const string PasswordLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int FirstAddress = 2, LastAddress = MailRelay.Address - 1;

    /// <summary>Adds it, attached, within a transaction, in which nobody else writes. One that was left half made is gone on with.</summary>
    /// <exception cref="SlipwayException">422: the attachment's name is no name or taken; 507 <c>too_many_servers</c>.</exception>
    public async Task<AddonRow> AddAsync(SlipwayStore store, AppRow app, AddonRequest request, CancellationToken cancel)
    {
        var kind = request.Kind;
        var unfinished = await store.Addons.FirstOrDefaultAsync(
            row => row.AppId == app.Id && row.Service == kind.Service && row.Plan == request.Plan && row.State == AddonState.Provisioning, cancel);
        if (unfinished is not null) return unfinished;

        var name = request.Name is { } chosen ? await CheckNameAsync(store, chosen, cancel) : await FreeNameAsync(store, $"{kind.Service}-{app.Name}", cancel);
        var server = await ServerAsync(store, kind, cancel);
        var database = await FreeDatabaseAsync(store, server, app, cancel);
        var addon = new AddonRow
        {
            Uuid = Guid.NewGuid(),
            AppId = app.Id,
            ServerId = server.Id,
            Service = kind.Service,
            Plan = request.Plan,
            Name = name,
            State = AddonState.Provisioning,
            Url = secrets.Seal(kind.UrlOf(AddonServers.HostOf(server), database, RandomNumberGenerator.GetString(PasswordLetters, 40)).OriginalString),
            CreatedAt = time.GetUtcNow(),
        };
        store.Addons.Add(addon);
        await store.SaveChangesAsync(cancel);
        await attachments.AddAsync(store, app, addon, request.Attachment, mayReplace: false, cancel);
        await store.SaveChangesAsync(cancel);
        return addon;
    }

    /// <summary>A name that somebody chose for an add-on.</summary>
    /// <exception cref="SlipwayException">422 <c>invalid_addon_name</c>, <c>addon_name_taken</c>.</exception>
    public static async Task<string> CheckNameAsync(SlipwayStore store, string name, CancellationToken cancel)
    {
        if (!Name().IsMatch(name))
            throw new SlipwayException(422, new SlipwayError("invalid_addon_name", $"{TypedName.Quote(name)} cannot be the name of an add-on.")
            {
                Why = "It consists of lower-case letters, digits and dashes, begins with a letter and has at most 63 characters.",
            });
        if (await store.Addons.AnyAsync(row => row.Name == name, cancel)) throw new SlipwayException(422, new SlipwayError("addon_name_taken", $"There is an add-on {name} already."));
        return name;
    }

    /// <summary>
    /// Name of a database and its owner: <c>app_blog</c>. The prefix keeps it apart from what a server has of its own
    /// (<c>postgres</c>, <c>mysql</c>). Not made of the add-on's name, which may be changed and then given to another one.
    /// </summary>
    private async Task<string> FreeDatabaseAsync(SlipwayStore store, AddonServerRow server, AppRow app, CancellationToken cancel)
    {
        var taken = (await store.Addons.Where(row => row.ServerId == server.Id).Select(row => row.Url).ToListAsync(cancel))
            .Select(url => new Uri(secrets.Open(url)).AbsolutePath.TrimStart('/')).ToHashSet(StringComparer.Ordinal);
        var wanted = "app_" + app.Name.Replace('-', '_');
        var name = wanted;
        for (var number = 2; taken.Contains(name); number++) name = $"{wanted}_{number}";
        return name;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,61}[a-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

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
