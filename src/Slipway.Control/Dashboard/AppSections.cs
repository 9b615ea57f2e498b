using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Control.Addons;
using Slipway.Control.Instances;
using Slipway.Control.Store;

namespace Slipway.Control.Dashboard;

/// <summary>The parts of an app's page. What a button does is in its <c>data-call</c>: a call of the public API.</summary>
internal static class AppSections
{
    public static Html Releases(AppRow app, IReadOnlyList<ReleaseRow> releases, DateTimeOffset now)
    {
        if (releases.Count == 0) return Nothing("The first deploy makes v1.");
        return Html.Of($"""
            <table>
            {releases.Select(release => Html.Of($"""
              <tr{Html.If(release.Status == ReleaseStatus.Failed, $""" class="failed" """)}>
                <td class="fit"><a id="v{release.Version}" href="/dashboard/apps/{app.Name}/releases/{release.Version}"><b>v{release.Version}</b></a></td>
                <td>{release.Description}<div class="muted">{release.Account?.Email}, {Ago.Draw(release.CreatedAt, now)}</div></td>
                <td class="fit act">{Act(app, release)}</td>
              </tr>
              """))}
            </table>
            """);
    }

    public static Html Deploys(AppRow app, IReadOnlyList<DeployRow> deploys, DateTimeOffset now) => Html.Of($"""
        <table>
        {deploys.Select(deploy => Html.Of($"""
          <tr>
            <td class="fit"><span class="state {Tone(deploy.Status)}">{deploy.Status.ToString().ToLowerInvariant()}</span></td>
            <td><a href="/dashboard/apps/{app.Name}/deploys/{deploy.Uuid.ToString()}">{DeployPage.Words(deploy.Kind)}</a>
              <div class="muted">{deploy.Account?.Email}, {Ago.Draw(deploy.CreatedAt, now)}</div></td>
            <td class="fit muted">{(deploy.FinishedAt is { } end ? Ago.Took(end - deploy.CreatedAt) : null)}</td>
          </tr>
          """))}
        </table>
        """);

    public static Html Instances(AppRow app, IReadOnlyList<Formation> formation, IReadOnlyList<AppInstance>? running, DateTimeOffset now)
    {
        if (formation.Count == 0) return Nothing("They come with the first release.");
        return Html.Of($"""
            {formation.Select(type => Html.Of($"""
              <div class="row process">
                <b>{type.Type.Value}</b><code title="{type.Command}">{type.Command}</code>
                <span class="scale">
                  <button class="quiet" data-call="PATCH /apps/{app.Name}/formation/{type.Type.Value}" data-body="{Quantity(type.Quantity - 1)}" aria-label="One {type.Type.Value} less"{Html.If(type.Quantity == 0, $" disabled")}>−</button>
                  <span class="count">{type.Quantity}</span>
                  <button class="quiet" data-call="PATCH /apps/{app.Name}/formation/{type.Type.Value}" data-body="{Quantity(type.Quantity + 1)}" aria-label="One {type.Type.Value} more">+</button>
                </span>
              </div>
              """))}
            {(running is null ? Nothing("slipwayd has not heard from slipway-runner yet.") : Html.Of($"""
              <table>
              {running.Select(one => Html.Of($"""
                <tr>
                  <td class="fit"><span class="state {Tone(one.State)}">{one.State}</span></td>
                  <td>{one.Status.Name}<div class="muted">v{one.Status.Release}, since {Ago.Draw(one.Status.CreatedAt, now)}{Html.If(one.Why is not null, $"""<br>{one.Why}""")}</div></td>
                  <td class="fit act"><button class="quiet" data-call="DELETE /apps/{app.Name}/dynos/{one.Status.Name}">Restart</button></td>
                </tr>
                """))}
              </table>
              """))}
            """);
    }

    public static Html Config(AppRow app, IEnumerable<string> keys) => Html.Of($"""
        <table class="config" data-config="/apps/{app.Name}/config-vars">
        {keys.Select(key => Html.Of($"""
          <tr data-key="{key}">
            <td class="fit"><code>{key}</code></td>
            <td><code class="value" data-value>••••••••</code></td>
            <td class="fit act">
              <button class="quiet" data-reveal aria-pressed="false">Show</button>
              <button class="quiet" data-call="PATCH /apps/{app.Name}/config-vars" data-body="{Unset(key)}" data-confirm="Remove {key}? A new release is made and rolled out." data-verb="Remove it" aria-label="Remove {key}">✕</button>
            </td>
          </tr>
          """))}
        </table>
        <form class="inline" data-call="PATCH /apps/{app.Name}/config-vars" data-shape="pair">
          <input name="key" placeholder="KEY" aria-label="Name of the config var" required autocapitalize="characters" autocomplete="off" spellcheck="false">
          <input name="value" placeholder="value" aria-label="Its value" autocomplete="off" spellcheck="false">
          <button>Set</button>
        </form>
        """);

    public static Html Addons(AppRow app, IReadOnlyList<AddonRow> addons) => Html.Of($"""
        {Html.If(addons.Count > 0, $"""
          <table>{addons.Select(addon => Html.Of($"""
            <tr><td>{addon.Name}<div class="muted">{addon.Service}:{addon.Plan}, {addon.State}</div></td>
            <td class="fit act"><button class="quiet" data-call="DELETE /apps/{app.Name}/addons/{addon.Name}" data-confirm="Remove {addon.Name}? All data in it is deleted, for good." data-type="{addon.Name}" data-verb="Delete the data">Remove</button></td></tr>
            """))}</table>
          """)}
        <p class="choose">{AddonKind.All.Select(kind => Html.Of($"""
          <button class="quiet" data-call="POST /apps/{app.Name}/addons" data-body="{Plan(kind)}">Add {kind.Service}</button>
          """))}</p>
        """);

    public static Html Domains(AppRow app, Uri url, IReadOnlyList<DomainRow> domains) => Html.Of($"""
        <table>
          <tr><td><a href="{url}" target="_blank" rel="noopener">{url.Authority}</a></td><td></td></tr>
          {domains.Select(domain => Html.Of($"""
            <tr><td>{domain.Hostname}</td>
            <td class="fit act"><button class="quiet" data-call="DELETE /apps/{app.Name}/domains/{domain.Hostname}" data-confirm="Remove {domain.Hostname}? It answers no longer." data-verb="Remove it">Remove</button></td></tr>
            """))}
        </table>
        <form class="inline" data-call="POST /apps/{app.Name}/domains">
          <input name="hostname" placeholder="www.example.org" aria-label="Host name" required autocapitalize="none" spellcheck="false">
          <button>Add</button>
        </form>
        """);

    public static Html DropFolder(Uri address) => Html.Of($"""
        <p class="muted">Mount this address as a network drive (WebDAV; any user name, your token as password). Saving a file makes it live.</p>
        <pre>{address}</pre>
        """);

    public static Html More(AppRow app) => Html.Of($"""
        <div class="row">
          <span>Maintenance page for visitors</span>
          <button class="end" data-call="PATCH /apps/{app.Name}" data-body="{(app.Maintenance ? "{\"maintenance\":false}" : "{\"maintenance\":true}")}">{(app.Maintenance ? "Turn off" : "Turn on")}</button>
        </div>
        <div class="row">
          <span>Destroy the app, its data and its history</span>
          <button class="end danger" data-call="DELETE /apps/{app.Name}" data-then="/" data-confirm="Destroy {app.Name}? Its releases, files, add-ons and their data are deleted, for good." data-type="{app.Name}" data-verb="Destroy it">Destroy</button>
        </div>
        """);

    private static Html Act(AppRow app, ReleaseRow release) => release switch
    {
        _ when release.Id == app.CurrentReleaseId => Html.Of($"""<span class="state good">current</span>"""),
        { Status: ReleaseStatus.Failed } => Html.Of($"""<span class="state bad">failed</span>"""),
        { Status: ReleaseStatus.Pending } => Html.Of($"""<span class="state busy">pending</span>"""),
        { ImageId: null } => Html.Empty,
        _ => Html.Of($"""<button class="quiet" data-call="POST /apps/{app.Name}/releases" data-body="{"{\"release\":\"v" + release.Version + "\"}"}" data-confirm="Go back to v{release.Version}? A new release is made with its code and config vars." data-verb="Roll back">Roll back</button>"""),
    };

    public static Html Nothing(string text) => Html.Of($"""<p class="muted">{text}</p>""");

    private static string Quantity(int quantity) => $$"""{"quantity":{{quantity}}}""";

    private static string Plan(AddonKind kind) => $$"""{"plan":"{{kind.Service}}"}""";

    /// <param name="key">Checked when it was set: letters, digits and underscores.</param>
    private static string Unset(string key) => $$"""{"{{key}}":null}""";

    private static string Tone(DeployStatus status) => status switch { DeployStatus.Succeeded => "good", DeployStatus.Failed => "bad", _ => "busy" };

    private static string Tone(string state) => state switch { "up" => "good", "crashed" => "bad", "starting" => "busy", _ => "idle" };
}
