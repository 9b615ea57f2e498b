using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Control.Addons;
using Slipway.Control.Mail;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Explanations;

/// <summary>All that an app must not be seen to have: every value that somebody set, and every one that Slipway made for it.</summary>
internal sealed class AppSecrets(IDbContextFactory<SlipwayStore> stores, SecretBox secrets, MailKeys mail)
{
    public async Task<Redaction> OfAsync(AppRow app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var maps = new List<string> { app.ConfigVars, app.GeneratedSecrets };
        // A log goes back further than the release that serves.
        maps.AddRange(await store.Releases.Where(row => row.AppId == app.Id).OrderByDescending(row => row.Id).Take(50).Select(row => row.ConfigVars).ToListAsync(cancel));
        var urls = await store.AddonAttachments.Where(row => row.AppId == app.Id).Join(store.Addons, one => one.AddonId, addon => addon.Id, (_, addon) => addon.Url).ToListAsync(cancel);
        return Redaction.OfAll(maps.Distinct().SelectMany(map => secrets.OpenMap(map).Values).SelectMany(Parts)
            .Concat(urls.Select(url => secrets.Open(url)).SelectMany(Parts))
            .Append(mail.PasswordOf(MailKeys.UserOf(app.Handle, app.Uuid))));
    }

    /// <summary>A URL is also known by the password in it, and a value of several lines by each.</summary>
    private static IEnumerable<string> Parts(string value)
    {
        yield return value;
        // As it looks inside of JSON.
        yield return JsonEncodedText.Encode(value).Value;
        yield return JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value;
        foreach (var line in value.Contains('\n') ? value.Split('\n') : []) yield return line.Trim();
        if (Uri.TryCreate(value, UriKind.Absolute, out var url) && url.UserInfo.Contains(':')) yield return url.Password();
    }
}
