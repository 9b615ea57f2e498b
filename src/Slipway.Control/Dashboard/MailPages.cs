using System.Text;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Control.Mail;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Dashboard;

/// <summary>What an app sent by mail: the newest on its page, all that is kept, and a message as its reader would see it.</summary>
internal static class MailPages
{
    private const int ShownOnApp = 5;

    /// <summary>A message is a stranger's page: nothing in it runs, nothing is fetched for it, and it leads nowhere.</summary>
    private const string ContentPolicy =
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

    /// <summary>The section of the app's page; nothing for those who may not read its mail.</summary>
    public static async Task<Html> SectionAsync(AppRequest request, DateTimeOffset now, CancellationToken cancel)
    {
        if (!await AppRequest.Visible(request.Store, request.Actor, AppPermission.Operate).AnyAsync(app => app.Id == request.App.Id, cancel)) return Html.Empty;
        var rows = await request.Store.Mail.AsNoTracking().Where(row => row.AppId == request.App.Id).OrderByDescending(row => row.At).Take(ShownOnApp).ToListAsync(cancel);
        return Html.Of($"""
            <section class="panel" id="mail" data-live><h2>Mail</h2>
              {(rows.Count == 0 ? AppSections.Nothing("It has sent no mail.") : Table(request.App, rows, now))}
              {Html.If(rows.Count > 0, $"""<p><a href="/dashboard/apps/{request.App.Name}/mail">All mail</a></p>""")}
            </section>
            """);
    }

    public static async Task<IResult> ListAsync(AppRequest request, Outgoing outgoing, TimeProvider time, CancellationToken cancel)
    {
        var app = request.App;
        var rows = await request.Store.Mail.AsNoTracking().Where(row => row.AppId == app.Id).OrderByDescending(row => row.At).Take(MailLimits.Kept).ToListAsync(cancel);
        var dropped = await request.Store.MailTallies.Where(row => row.AppId == app.Id).Select(row => row.Dropped).SingleOrDefaultAsync(cancel);
        var smarthost = await outgoing.SmarthostAsync(cancel);
        return new Page($"Mail of {app.Name}", Html.Of($"""
            <div class="title"><h1>Mail</h1></div>
            <section class="panel" id="mail" data-live>
              <p class="muted">{(smarthost is null ? Html.Of($"It is kept here and not sent: the server has no smarthost. <code>slipway server smarthost set HOST:PORT</code>") : Html.Of($"It is handed to {smarthost.Host}."))}</p>
              {(rows.Count == 0 ? AppSections.Nothing("It has sent no mail.") : Table(app, rows, time.GetUtcNow()))}
              {Html.If(dropped > 0, $"""<p class="muted">{Number(dropped)} older ones were not sent and are not kept any more.</p>""")}
            </section>
            """), path: Path(app));
    }

    public static async Task<IResult> ShowAsync(string mail, AppRequest request, MailFiles files, Outgoing outgoing, TimeProvider time, CancellationToken cancel)
    {
        var app = request.App;
        var row = await MailApi.FindAsync(request, mail, cancel);
        var content = MailApi.Read(request, row, files);
        var (address, api) = ($"/dashboard/apps/{app.Name}/mail/{row.Number}", $"/slipway/apps/{app.Name}/mail/{row.Number}");
        var maySend = row.HasContent && row.State != MailState.Queued && await outgoing.SmarthostAsync(cancel) is not null;
        return new Page(Subject(row), Html.Of($"""
            <div class="title" id="head" data-live>
              <h1>{Subject(row)}</h1>{State(row)}
              {Html.If(maySend, $"""<span class="end"><button data-call="POST {api}/send">{(row.State == MailState.Sent ? "Send again" : "Send")}</button></span>""")}
            </div>
            <section class="panel" id="facts" data-live>
              <p>{Ago.Draw(row.At, time.GetUtcNow())} from <code>{row.Sender}</code> to {Recipients(content.Mail)}</p>
              {Html.If(row.Answer is not null, $"""<p>The smarthost: <code>{row.Answer}</code></p>""")}
              {Html.If(row.DueAt is not null && row.Attempts > 0, $"""<p class="muted">Tried {Number(row.Attempts)} times; it is tried again.</p>""")}
            </section>
            {Html.If(content.Headers.Count == 0 && content.Text is null && content.Html is null, $"""<section class="panel">{AppSections.Nothing("What it said is not kept any more.")}</section>""")}
            {Html.If(content.Html is not null, $"""<section class="panel"><h2>As HTML</h2><iframe class="message" sandbox="" src="{address}/html" title="The message"></iframe></section>""")}
            {Html.If(content.Text is not null, $"""<section class="panel"><h2>Text</h2><pre class="message">{content.Text}</pre></section>""")}
            {Html.If(content.Attachments.Count > 0, $"""
            <section class="panel"><h2>Attachments</h2><table>{content.Attachments.Select(one => Html.Of($"""<tr><td>{one.Name}</td><td class="muted">{one.Type}</td><td class="fit">{Size.Text(one.Bytes)}</td></tr>"""))}</table></section>
            """)}
            {Html.If(content.Headers.Count > 0, $"""
            <details class="panel"><summary>Headers</summary>
              <table class="pairs">{content.Headers.Select(one => Html.Of($"""<tr><td><code>{one.Name}</code></td><td><code>{one.Value}</code></td></tr>"""))}</table>
              <p><a href="{api}/raw">As it was sent</a></p>
            </details>
            """)}
            """), path: [.. Path(app), ($"#{row.Number}", address)]);
    }

    /// <summary>What the frame shows.</summary>
    public static async Task<IResult> HtmlAsync(string mail, AppRequest request, MailFiles files, HttpContext context, CancellationToken cancel)
    {
        var content = MailApi.Read(request, await MailApi.FindAsync(request, mail, cancel), files);
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        return Results.Text(content.Html ?? "", "text/html; charset=utf-8", Encoding.UTF8);
    }

    private static (string Name, string Href)[] Path(AppRow app) => [(app.Name, $"/dashboard/apps/{app.Name}"), ("mail", $"/dashboard/apps/{app.Name}/mail")];

    private static Html Table(AppRow app, IReadOnlyList<MailRow> rows, DateTimeOffset now) => Html.Of($"""
        <table class="errors">
        {rows.Select(row => Html.Of($"""
          <tr>
            <td><a href="/dashboard/apps/{app.Name}/mail/{row.Number}">{Subject(row)}</a>
              <div class="muted">to {Recipients(MailLedger.View(row))}, {Ago.Draw(row.At, now)}</div></td>
            <td class="fit act">{State(row)}</td>
          </tr>
          """))}
        </table>
        """);

    private static string Subject(MailRow row) => row.Subject.Length > 0 ? row.Subject : "(no subject)";

    private static Html Recipients(MailEntry mail) => Html.Of($"{mail.To[0]}{Html.If(mail.To.Count > 1, $" and {mail.To.Count - 1} more")}");

    private static string Number(long count) => count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

    private static Html State(MailRow row) => row.State switch
    {
        MailState.Sent => Html.Of($"""<span class="state good">sent</span>"""),
        MailState.Failed => Html.Of($"""<span class="state bad">failed</span>"""),
        MailState.Queued => Html.Of($"""<span class="state busy">queued</span>"""),
        _ => Html.Of($"""<span class="state idle">kept</span>"""),
    };
}
