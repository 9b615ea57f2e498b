using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Control.Api;
using Slipway.Control.Store;

namespace Slipway.Control.Dashboard;

/// <summary>What fails in an app as it runs: the list on its page, all of it, and one error with the last times that it happened.</summary>
internal static class ErrorPages
{
    private const int ShownOnApp = 5, ShownOnList = 200;

    /// <summary>The section of the app's page.</summary>
    public static async Task<Html> SectionAsync(AppRequest request, DateTimeOffset now, CancellationToken cancel)
    {
        var open = request.Store.Errors.AsNoTracking().Where(row => row.AppId == request.App.Id && row.Status == ErrorStatus.Open);
        var rows = await open.OrderByDescending(row => row.LastSeen).Take(ShownOnApp).ToListAsync(cancel);
        var all = await request.Store.Errors.CountAsync(row => row.AppId == request.App.Id, cancel);
        var link = Html.If(all > 0, $"""<p><a href="/dashboard/apps/{request.App.Name}/errors">All errors</a></p>""");
        return Html.Of($"""{(rows.Count == 0 ? AppSections.Nothing("Nothing is known to fail.") : Table(request.App, rows, now))}{link}""");
    }

    public static async Task<IResult> ListAsync(AppRequest request, TimeProvider time, CancellationToken cancel)
    {
        var app = request.App;
        var rows = await request.Store.Errors.AsNoTracking().Where(row => row.AppId == app.Id).OrderBy(row => row.Status != ErrorStatus.Open).ThenByDescending(row => row.LastSeen)
            .Take(ShownOnList).ToListAsync(cancel);
        var refused = await request.Store.ErrorTallies.Where(row => row.AppId == app.Id).Select(row => row.Refused).SingleOrDefaultAsync(cancel);
        return new Page($"Errors of {app.Name}", Html.Of($"""
            <div class="title"><h1>Errors</h1></div>
            <section class="panel" id="errors" data-live>
              {(rows.Count == 0 ? AppSections.Nothing("Nothing is known to fail.") : Table(app, rows, time.GetUtcNow()))}
              {Html.If(refused > 0, $"""<p class="muted">{Number(refused)} more were not looked at, because there were too many at once.</p>""")}
            </section>
            """), path: [(app.Name, $"/dashboard/apps/{app.Name}"), ("errors", $"/dashboard/apps/{app.Name}/errors")]);
    }

    public static async Task<IResult> ShowAsync(string error, AppRequest request, TimeProvider time, CancellationToken cancel)
    {
        var (app, now) = (request.App, time.GetUtcNow());
        var row = await ErrorsApi.FindAsync(request, error, cancel);
        var kept = await request.Store.ErrorOccurrences.AsNoTracking().Where(one => one.ErrorId == row.Id).OrderByDescending(one => one.At).ToListAsync(cancel);
        return new Page(row.Title, Html.Of($"""
            <div class="title" id="head" data-live>
              <h1>{row.Title}</h1>{State(row)}
              <span class="end">{Act(app, row)}</span>
            </div>
            <section class="panel" id="facts" data-live>
              <p><code>{row.Culprit}</code></p>
              <p class="muted">{Times(row.Count)}; first {Ago.Draw(row.FirstSeen, now)} in {Release(app, row.FirstRelease)}, last {Ago.Draw(row.LastSeen, now)} in {Release(app, row.LastRelease)}{Html.If(row.RegressedAt is not null, $", seen again after it was resolved")}</p>
            </section>
            {(kept.Count == 0 ? AppSections.Nothing("None of its occurrences is kept: the app's errors take more room than they may.") : Html.Empty)}
            {kept.Select((one, at) => OccurrenceSection.Draw(ErrorsApi.Read(one), now, isOpen: at == 0))}
            """), path: [(app.Name, $"/dashboard/apps/{app.Name}"), ("errors", $"/dashboard/apps/{app.Name}/errors"), ($"#{row.Number}", $"/dashboard/apps/{app.Name}/errors/{row.Number}")]);
    }

    private static Html Table(AppRow app, IReadOnlyList<ErrorRow> rows, DateTimeOffset now) => Html.Of($"""
        <table class="errors">
        {rows.Select(row => Html.Of($"""
          <tr>
            <td><a href="/dashboard/apps/{app.Name}/errors/{row.Number}">{row.Title}</a>
              <div class="muted">{row.Culprit}, {Ago.Draw(row.LastSeen, now)} in {row.LastRelease}</div></td>
            <td class="fit">{Times(row.Count)}</td>
            <td class="fit act">{State(row)}</td>
          </tr>
          """))}
        </table>
        """);

    private static Html State(ErrorRow row) => row switch
    {
        { Status: ErrorStatus.Resolved } => Html.Of($"""<span class="state good">resolved</span>"""),
        { Status: ErrorStatus.Ignored } => Html.Of($"""<span class="state idle">ignored</span>"""),
        { RegressedAt: not null } => Html.Of($"""<span class="state bad">regression</span>"""),
        _ => Html.Of($"""<span class="state bad">open</span>"""),
    };

    private static Html Act(AppRow app, ErrorRow row) => row.Status == ErrorStatus.Open
        ? Html.Of($"""{Button(app, row, "ignored", "Ignore", "")} {Button(app, row, "resolved", "Resolve", "primary")}""")
        : Button(app, row, "open", "Open again", "");

    private static Html Button(AppRow app, ErrorRow row, string status, string word, string style) => Html.Of(
        $"""<button class="{style}" data-call="PATCH /slipway/apps/{app.Name}/errors/{row.Number}" data-body="{"{\"status\":\"" + status + "\"}"}">{word}</button>""");

    /// <summary>Ours lead to what they changed; what the app calls its releases is its own.</summary>
    private static Html Release(AppRow app, string? release) => release is ['v', .. var digits] && int.TryParse(digits, out _)
        ? Html.Of($"""<a href="/dashboard/apps/{app.Name}/releases/{digits}">{release}</a>""")
        : Html.Of($"{release ?? "an unknown release"}");

    private static string Times(long count) => count == 1 ? "once" : $"{Number(count)} times";

    private static string Number(long count) => count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
