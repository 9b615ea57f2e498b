using Microsoft.EntityFrameworkCore;
using MimeKit;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Mail;

/// <summary>
/// The way out for mail: the smarthost that an admin named. All of its settings are one sealed row, for they are only of use together.
/// </summary>
internal sealed class Outgoing(IDbContextFactory<SlipwayStore> stores, SecretBox secrets, EventLog events, ServerConfig server)
{
    private const string Key = "smarthost";

    private static readonly EventTarget Target = new("server");

    /// <returns>Null where there is none: then mail is kept and shown, and not sent.</returns>
    public async ValueTask<SmarthostSettings?> SmarthostAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return Open(await store.Settings.AsNoTracking().SingleOrDefaultAsync(row => row.Key == Key, cancel));
    }

    /// <exception cref="SlipwayException">404 <c>smarthost_unset</c>.</exception>
    public async Task<SmarthostSettings> RequireAsync(CancellationToken cancel) => await SmarthostAsync(cancel) ?? throw Unset();

    public async Task SetAsync(Actor actor, SmarthostSettings settings, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Settings.SingleOrDefaultAsync(row => row.Key == Key, cancel);
        events.Add(store, actor.Email, "smarthost.set", Target, Open(row)?.ToString(), settings.ToString());
        if (row is null) store.Settings.Add(row = new SettingRow { Key = Key, Value = "" });
        row.Value = secrets.SealMap(settings.ToMap());
        await store.SaveChangesAsync(cancel);
    }

    /// <exception cref="SlipwayException">404 <c>smarthost_unset</c>.</exception>
    public async Task UnsetAsync(Actor actor, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Settings.SingleOrDefaultAsync(row => row.Key == Key, cancel) ?? throw Unset();
        events.Add(store, actor.Email, "smarthost.unset", Target, Open(row)!.ToString());
        store.Settings.Remove(row);
        await store.SaveChangesAsync(cancel);
    }

    /// <summary>Sends the server's own mail, to all whom it names. One that says no sender gets the server's.</summary>
    /// <returns>What the smarthost said.</returns>
    /// <exception cref="SlipwayException">404 <c>smarthost_unset</c>; 502 <c>smarthost_…</c>: it is not sent, or not to all.</exception>
    public async Task<string> SendAsync(MimeMessage message, CancellationToken cancel)
    {
        var smarthost = await RequireAsync(cancel);
        var sender = SenderOf(smarthost);
        if (message.From.Count == 0) message.From.Add(new MailboxAddress("Slipway", sender.Address));
        try
        {
            var handover = await SendAsync(smarthost, message, sender, [.. message.GetRecipients(onlyUnique: true)], cancel);
            return handover.Refused is [] ? handover.Answer : throw Failed("smarthost_refused", $"{smarthost.Host} did not take it for all: {string.Join("; ", handover.Refused.Select(one => $"{one.Address}: {one.Answer}"))}", null);
        }
        catch (HandoverException e)
        {
            throw Failed(e.Id, e.Message, e);
        }
    }

    /// <summary>Hands one message over, once.</summary>
    /// <exception cref="HandoverException">It was taken for nobody.</exception>
    public Task<Handover> SendAsync(SmarthostSettings smarthost, MimeMessage message, MailboxAddress sender, IReadOnlyList<MailboxAddress> recipients, CancellationToken cancel) =>
        SmarthostSession.SendAsync(smarthost, server.ControlHost, message, sender, recipients, cancel);

    /// <summary>As whom the server itself writes.</summary>
    public MailboxAddress SenderOf(SmarthostSettings smarthost) => MailboxAddress.Parse(
        smarthost.From ?? (smarthost.Username is { } user && user.IndexOf('@', StringComparison.Ordinal) > 0 && MailboxAddress.TryParse(user, out _) ? user : $"slipway@{server.Domain}"));

    private SmarthostSettings? Open(SettingRow? row) => row is null ? null : SmarthostSettings.Of(secrets.OpenMap(row.Value));

    private static SlipwayException Unset() => new(404, new SlipwayError("smarthost_unset", "This server knows no smarthost.")
    {
        Resource = "smarthost",
        Why = "Without one, what apps send is kept and shown, and nothing leaves the server.",
        Next = "slipway server smarthost set mail.example.org:587 --user ada --from slipway@example.org",
    });

    private static SlipwayException Failed(string id, string why, Exception? inner) => new(502, new SlipwayError(id, "The smarthost did not take the message.")
    {
        Why = why,
        Next = id switch
        {
            "smarthost_login" => "Check user name and password: slipway server smarthost set HOST:PORT --user NAME",
            "smarthost_tls" => "Its certificate must be valid for its name and of an authority that this server trusts. slipway server smarthost set HOST:PORT --tls starttls|tls|none names the way.",
            "smarthost_refused" => "Its answer says why. Often it wants a sender that it knows: slipway server smarthost set HOST:PORT --from ADDRESS",
            _ => "Check host and port: slipway server smarthost. Many networks let port 587 out, and not 25.",
        },
    }, inner);
}
