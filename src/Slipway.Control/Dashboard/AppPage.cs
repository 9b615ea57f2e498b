using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Server;
using Slipway.Control.Api;
using Slipway.Control.Drops.Dav;
using Slipway.Control.Instances;
using Slipway.Control.Metrics;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;

namespace Slipway.Control.Dashboard;

/// <summary>Everything of one app on one page. Sections marked <c>data-live</c> are fetched again while somebody looks.</summary>
internal static class AppPage
{
    private const int DeploysShown = 8;
    private const int ReleasesShown = 15;

    public static async Task<IResult> ShowAsync(
        AppRequest request, AppInstances instances, Reconciler reconciler, MetricsReader reader, SecretBox secrets, ServerConfig server, TimeProvider time, CancellationToken cancel)
    {
        var (app, store, now) = (request.App, request.Store, time.GetUtcNow());
        var deploys = await store.Deploys.AsNoTracking().Include(row => row.Account).Where(row => row.AppId == app.Id)
            .OrderByDescending(row => row.Id).Take(DeploysShown).ToListAsync(cancel);
        var releases = await store.Releases.AsNoTracking().Include(row => row.Account).Where(row => row.AppId == app.Id)
            .OrderByDescending(row => row.Version).Take(ReleasesShown).ToListAsync(cancel);
        var addons = await store.Addons.AsNoTracking().Where(row => row.AppId == app.Id).OrderBy(row => row.Name).ToListAsync(cancel);
        var domains = await store.Domains.AsNoTracking().Where(row => row.AppId == app.Id).OrderBy(row => row.Hostname).ToListAsync(cancel);
        var running = reconciler.Last is null ? null : await instances.ListAsync(app.Id, cancel);
        var formation = await FormationApi.FormationAsync(request, cancel);
        var errors = await ErrorPages.SectionAsync(request, now, cancel);
        var alerts = await AlertSections.OfAppAsync(request, now, cancel);
        var metrics = MetricsPage.Section(request, reader);
        var mail = await MailPages.SectionAsync(request, now, cancel);
        var config = secrets.OpenMap(app.ConfigVars);
        var state = AppState.Of(app, deploys.FirstOrDefault() is { Status: DeployStatus.Running or DeployStatus.Pending }, running);
        var url = server.WebUrl(app.Name, app.HttpsOnly);
        var api = $"/apps/{app.Name}";

        return new Page(app.Name, Html.Of($"""
            <div class="title" id="head" data-live>
              <h1>{app.Name}</h1>{state.Draw()}
              {Html.If(app.CurrentReleaseId is not null, $"""<a class="button primary end" href="{url}" target="_blank" rel="noopener">Open ↗</a>""")}
            </div>
            {DropZone.Draw(app.Name, app.CurrentReleaseId is null ? "Drop the app's folder here" : "Drop a new version here")}
            <div class="columns">
              <div>
                <section class="panel" id="latest" data-live><h2>Latest deploy</h2>{Latest(app.Name, deploys)}</section>
                <section class="panel"><h2>Logs</h2>
                  <pre class="log" data-log="{api}/log-sessions" tabindex="0" aria-label="Log of the app"></pre>
                </section>
                <section class="panel" id="errors" data-live><h2>Errors</h2>{errors}</section>
                <section class="panel" id="alerts" data-live><h2>Alerts</h2>{alerts}</section>
                {mail}
                <section class="panel" id="releases" data-live><h2>Releases</h2>{AppSections.Releases(app, releases, now)}</section>
                <section class="panel" id="deploys" data-live><h2>Deploys</h2>{AppSections.Deploys(app, deploys, now)}</section>
              </div>
              <div>
                <section class="panel" id="instances" data-live><h2>Instances</h2>{AppSections.Instances(app, formation, running, now)}</section>
                <section class="panel" id="metrics" data-live><h2>Metrics</h2>{metrics}</section>
                <section class="panel" id="config"><h2>Config vars</h2>{AppSections.Config(app, config.Keys.Order(StringComparer.Ordinal))}</section>
                <section class="panel" id="addons" data-live><h2>Add-ons</h2>{AppSections.Addons(app, addons)}</section>
                <section class="panel" id="domains" data-live><h2>Domains</h2>{AppSections.Domains(app, url, domains)}</section>
                <section class="panel"><h2>Drop folder</h2>{AppSections.DropFolder(DavRoutes.UrlOf(server, app.Name))}</section>
                <section class="panel" id="more" data-live><h2>More</h2>{AppSections.More(app)}</section>
              </div>
            </div>
            """), path: (app.Name, $"/dashboard/apps/{app.Name}"));
    }

    private static Html Latest(string app, List<Store.DeployRow> deploys) =>
        deploys is [var latest, ..] ? DeployPage.Steps(app, latest) : AppSections.Nothing("Nothing was deployed yet.");
}
