using System.Text.Json;
using Slipway.Contracts;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Control.Setups;
using Slipway.Control.Store;

namespace Slipway.Control.Dashboard;

/// <summary>An app in the making: its steps as they happen, then where to go; or why not, and what there is of it.</summary>
internal static class SetupPage
{
    public static async Task<IResult> ShowAsync(string setup, Actor actor, SlipwayStore store, SetupLedger ledger, TimeProvider time, CancellationToken cancel)
    {
        var row = await AppSetupsApi.FindAsync(store, actor, setup, cancel);
        var state = await ledger.StateAsync(store, row, cancel);
        var (app, made) = (state.AppName, state.Made);
        return new Page($"Setting up {app}", Html.Of($"""
            <div class="title">
              <h1>{app}</h1>
              <span class="muted">set up from {row.Version ?? "its source"}, {Ago.Draw(row.CreatedAt, time.GetUtcNow())}</span>
            </div>
            <section id="outcome" data-live>{Outcome(state)}</section>
            <div class="columns">
              <section class="panel" id="steps" data-live>
                <h2>Steps</h2>
                {(state.Deploy is not { } deploy ? AppSections.Nothing("They are about to begin, or went with the app.") : DeployPage.Steps(app, deploy))}
              </section>
              <section class="panel" id="created" data-live>
                <h2>Made so far</h2>
                {(made.Count == 0 ? AppSections.Nothing("Nothing.") : Html.Of($"""<ul class="plan">{made.Select(one => Html.Of($"<li>{one}</li>"))}</ul>"""))}
                {Html.If(made.Count > 0, $"""<p><a href="/dashboard/apps/{app}">The app's page</a></p>""")}
              </section>
            </div>
            """), path: ("set-up", $"/dashboard/setups/{row.Uuid}"));
    }

    private static Html Outcome(SetupState state) => state switch
    {
        { Setup: { Status: SetupStatus.Failed, Error: { } error } } => Html.Of($"""<div data-status="failed">{FailurePage.Draw(JsonSerializer.Deserialize(error, ContractsJson.Default.SlipwayError)!)}</div>"""),
        { SuccessUrl: { } url } => Html.Of($"""
            <p class="panel done" data-status="succeeded"><b>{state.AppName} is set up.</b> <a class="button primary" href="{url}" target="_blank" rel="noopener noreferrer">Open {url.Authority} ↗</a></p>
            """),
        _ => Html.Empty,
    };
}
