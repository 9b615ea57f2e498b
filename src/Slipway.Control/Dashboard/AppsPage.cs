using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Server;
using Slipway.Contracts.Deploys;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Dashboard;

/// <summary>The apps that the reader may see, and the place to drop a new one.</summary>
internal sealed class AppsPage(
    IDbContextFactory<SlipwayStore> stores, AppInstances instances, Reconciler reconciler, ServerConfig server, TimeProvider time)
{
    public async Task<Page> ShowAsync(Actor actor, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var apps = await AppRequest.Visible(store, actor).AsNoTracking().OrderBy(app => app.Name).ToListAsync(cancel);
        var ids = apps.Select(app => app.CurrentReleaseId).OfType<long>().ToList();
        var releases = await store.Releases.AsNoTracking().Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.AppId, cancel);
        var deploying = await store.Deploys.Where(row => row.Status == DeployStatus.Running).Select(row => row.AppId).ToListAsync(cancel);
        var cards = new List<Html>();
        foreach (var app in apps)
        {
            var running = reconciler.Last is null ? null : await instances.ListAsync(app.Id, cancel);
            cards.Add(Card(app, releases.GetValueOrDefault(app.Id), AppState.Of(app, deploying.Contains(app.Id), running), actor));
        }

        var alerts = await AlertSections.GoingOnAsync(store, actor, [.. apps.Select(app => app.Id)], cancel);
        return new Page("Apps", Html.Of($"""
            <div class="title">
              <h1>Apps</h1>
              <form class="inline" data-call="POST /apps" data-then="/dashboard/apps/{"{name}"}">
                <input name="name" placeholder="name (or none)" aria-label="Name of the new app" maxlength="30" autocapitalize="none" spellcheck="false">
                <button>New app</button>
              </form>
            </div>
            {alerts}
            {DropZone.Draw(null, apps.Count == 0 ? "Drop your first app here" : "Drop a folder here and it is live")}
            <p class="muted">Or <a href="{ButtonPage.Path}">deploy from a repository or an archive</a> at an address.</p>
            <section id="apps" data-live>
            {Html.If(apps.Count > 0, $"""<ul class="cards">{cards}</ul>""")}
            </section>
            """));
    }

    private Html Card(AppRow app, ReleaseRow? release, AppState state, Actor actor) => Html.Of($"""
        <li class="card">
          <div class="row"><a class="name" href="/dashboard/apps/{app.Name}">{app.Name}</a>{state.Draw()}</div>
          {(release is null
              ? Html.Of($"""<p class="muted">made {Ago.Draw(app.CreatedAt, time.GetUtcNow())}</p>""")
              : Html.Of($"""
                <p><a class="url" href="{server.WebUrl(app.Name, app.HttpsOnly)}" target="_blank" rel="noopener">{server.WebUrl(app.Name, app.HttpsOnly).Authority}</a></p>
                <p class="muted">v{release.Version} · {Ago.Draw(release.CreatedAt, time.GetUtcNow())}</p>
                """))}
          {Html.If(app.OwnerId != actor.AccountId, $"""<p class="muted">of {app.Owner?.Email}</p>""")}
        </li>
        """);
}
