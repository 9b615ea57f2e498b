using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>Which apps have which add-ons, and the config vars that follow from it.</summary>
internal sealed partial class AttachmentLedger(SecretBox secrets, TimeProvider time)
{
    private const string Suffix = "_URL";

    public static string VariableOf(string attachment) => attachment + Suffix;

    /// <summary>By its name or that of its config var.</summary>
    public static bool IsCalled(AddonAttachmentRow attachment, string named) =>
        attachment.Name.Equals(named, StringComparison.OrdinalIgnoreCase) || VariableOf(attachment.Name).Equals(named, StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds a row to a transaction; the config vars are <see cref="RenewAsync"/>'s.</summary>
    /// <param name="asked">Null for the first name of the add-on's kind that the app does not use yet.</param>
    /// <param name="mayReplace">Whether it may be taken from another add-on, which keeps another of its names.</param>
    /// <exception cref="SlipwayException">422 <c>invalid_attachment</c>, <c>attachment_taken</c>, <c>confirmation_required</c>, <c>last_attachment</c>.</exception>
    public async Task<AddonAttachmentRow> AddAsync(SlipwayStore store, AppRow app, AddonRow addon, string? asked, bool mayReplace, CancellationToken cancel)
    {
        var known = await store.AddonAttachments.Where(row => row.AppId == app.Id).Select(row => row.Name).ToListAsync(cancel);
        var config = secrets.OpenMap(app.ConfigVars);
        var name = asked?.ToUpperInvariant() ?? Names(AddonKinds.Of(addon.Service)).First(IsFree);
        if (!Name().IsMatch(name)) throw Invalid(asked!);
        var before = await store.AddonAttachments.FirstOrDefaultAsync(row => row.AppId == app.Id && row.Name == name, cancel);
        if (before?.AddonId == addon.Id) return before;
        if (!IsFree(name) && before is null) throw Taken(app, name);
        if (before is not null)
        {
            if (!mayReplace) throw ConfirmationRequired(app, name);
            if (!await store.AddonAttachments.AnyAsync(row => row.AddonId == before.AddonId && row.Id != before.Id, cancel)) throw LastOne(app, name);
            before.AddonId = addon.Id;
            config.Remove(VariableOf(name));
            app.ConfigVars = secrets.SealMap(config);
            return before;
        }

        var row = new AddonAttachmentRow { Uuid = Guid.NewGuid(), AddonId = addon.Id, AppId = app.Id, Name = name, CreatedAt = time.GetUtcNow() };
        store.AddonAttachments.Add(row);
        return row;

        bool IsFree(string one) => !known.Contains(one) && !config.ContainsKey(VariableOf(one));
    }

    /// <summary>
    /// Config vars with what the app's add-ons say now: what leads to an add-on that it does not have any more goes, what
    /// is missing comes. A value that the user set to something else stays: it is theirs.
    /// </summary>
    /// <param name="without">An attachment that is about to go.</param>
    public async Task<Dictionary<string, string>> RenewAsync(
        SlipwayStore store, long appId, IReadOnlyDictionary<string, string> config, Func<AddonAttachmentRow, bool>? without, CancellationToken cancel)
    {
        var rows = await store.AddonAttachments.Where(row => row.AppId == appId)
            .Join(store.Addons, attachment => attachment.AddonId, addon => addon.Id, (attachment, addon) => new { Attachment = attachment, Addon = addon })
            .Where(row => row.Addon.State == AddonState.Provisioned)
            .OrderBy(row => row.Attachment.Id).ToListAsync(cancel);
        var live = rows.Where(row => without is null || !without(row.Attachment))
            .Select(row => (Key: VariableOf(row.Attachment.Name), Url: secrets.Open(row.Addon.Url))).ToList();
        var renewed = config.Where(pair => !AddonUrl.IsOwn(pair.Value) || live.Any(one => pair.Value.StartsWith(one.Url, StringComparison.Ordinal)))
            .ToDictionary(StringComparer.Ordinal);
        foreach (var (key, url) in live) renewed.TryAdd(key, url);
        return renewed;
    }

    private static IEnumerable<string> Names(AddonKind kind)
    {
        foreach (var name in kind.AttachmentNames) yield return name;
        for (var number = 2; ; number++) yield return $"{kind.AttachmentNames[^1]}_{number}";
    }

    [GeneratedRegex(@"\A[A-Z][A-Z0-9_]{0,59}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    private static SlipwayException Invalid(string asked) =>
        new(422, new SlipwayError("invalid_attachment", $"{TypedName.Quote(asked)} cannot be the name of an attachment.")
        {
            Why = "It becomes the beginning of a config var (NAME_URL), so it consists of letters, digits and underscores and begins with a letter.",
        });

    private static SlipwayException ConfirmationRequired(AppRow app, string name) =>
        new(422, new SlipwayError("confirmation_required", $"{app.Name} has another add-on as {name}.") { Why = $"{VariableOf(name)} would lead to this one from then on.", Next = $"Confirm it with the app's name: --confirm {app.Name}" });

    private static SlipwayException LastOne(AppRow app, string name) =>
        new(422, new SlipwayError("last_attachment", $"{name} is the only name by which {app.Name} has that add-on.") { Why = "An add-on that no app has could not be found again.", Next = "Attach it under another name first: heroku addons:attach" });

    private static SlipwayException Taken(AppRow app, string name) =>
        new(422, new SlipwayError("attachment_taken", $"{app.Name} has {VariableOf(name)} already.")
        {
            Next = $"Choose another name with --as, or take that away first: slipway config unset {VariableOf(name)} -a {app.Name}",
        });
}
