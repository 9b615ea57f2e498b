using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Alerts;
using Slipway.Control.Api;
using Slipway.Control.Store;

namespace Slipway.Control.Dashboard;

/// <summary>What people were told of: the last of one app, and above all apps what goes on.</summary>
internal static class AlertSections
{
    private const int Shown = 5;

    public static async Task<Html> OfAppAsync(AppRequest request, DateTimeOffset now, CancellationToken cancel)
    {
        var rows = await request.Store.Alerts.AsNoTracking().Include(row => row.App).Include(row => row.Deliveries).Where(row => row.AppId == request.App.Id)
            .OrderByDescending(row => row.LastAt).Take(Shown).ToListAsync(cancel);
        return rows.Count == 0 ? AppSections.Nothing("There was nothing to tell.") : Html.Of($"""
            <table class="alerts">
            {rows.Select(AlertBook.View).Select(alert => Html.Of($"""
              <tr>
                <td>{alert.Diagnosis.Title}<div class="muted">{alert.Kind.Words()}, {Ago.Draw(alert.LastAt, now)}; {Told(alert)}</div></td>
                <td class="fit act">{State(alert)}</td>
              </tr>
              """))}
            </table>
            """);
    }

    /// <summary>What is wrong right now, with the apps that the reader sees, and for an admin with the server.</summary>
    public static async Task<Html> GoingOnAsync(SlipwayStore store, Actor actor, IReadOnlyCollection<long> apps, CancellationToken cancel)
    {
        var isAdmin = actor.IsAdmin;
        var rows = await store.Alerts.AsNoTracking().Include(row => row.App)
            .Where(row => row.OverAt == null && AlertKinds.Lasting.Contains(row.Kind))
            .Where(row => row.AppId == null ? isAdmin : apps.Contains(row.AppId.Value)).OrderByDescending(row => row.LastAt).Take(20).ToListAsync(cancel);
        return Html.If(rows.Count > 0, $"""
            <section class="panel" id="alerts" data-live><h2>Needs attention</h2>
            <table class="alerts">
            {rows.Select(AlertBook.View).Select(alert => Html.Of($"""
              <tr>
                <td>{About(alert)}: {alert.Diagnosis.Title}<div class="muted">{alert.Diagnosis.Fix}</div></td>
                <td class="fit act">{State(alert)}</td>
              </tr>
              """))}
            </table>
            </section>
            """);
    }

    private static Html About(Alert alert) => alert.App is { } app ? Html.Of($"""<a href="/dashboard/apps/{app}">{app}</a>""") : Html.Of($"this server");

    private static string Told(Alert alert) => alert.Deliveries.Count == 0 ? "nobody was told" : "told " + string.Join(", ", alert.Deliveries.Select(one => one.Status == "delivered" ? one.To : $"{one.To} ({one.Status})"));

    private static Html State(Alert alert) => alert switch
    {
        { OverAt: not null } => Html.Of($"""<span class="state good">over</span>"""),
        _ when alert.Kind.Lasts() => Html.Of($"""<span class="state bad">goes on</span>"""),
        _ => Html.Empty,
    };
}
