using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Server;
using Slipway.Control.Api;
using Slipway.Control.Store;

namespace Slipway.Control.Dashboard;

/// <summary>One deploy: its steps as they happen, then the link or the diagnosis. <c>steps.js</c> draws them from the deploy's events.</summary>
internal static class DeployPage
{
    public static async Task<IResult> ShowAsync(string deploy, AppRequest request, ServerConfig server, TimeProvider time, CancellationToken cancel)
    {
        var row = Guid.TryParse(deploy, out var uuid)
            ? await request.Store.Deploys.AsNoTracking().Include(row => row.Account).FirstOrDefaultAsync(row => row.AppId == request.App.Id && row.Uuid == uuid, cancel)
            : null;
        if (row is null) throw AppRequest.NotFound("deploy", deploy);
        var app = request.App.Name;
        return new Page($"Deploy of {app}", Html.Of($"""
            <div class="title">
              <h1>Deploy</h1>
              <span class="muted">{Words(row.Kind)} by {row.Account!.Email}, {Ago.Draw(row.CreatedAt, time.GetUtcNow())}</span>
              {Html.If(row.Status is DeployStatus.Running or DeployStatus.Pending, $"""
                <button class="end" data-call="POST /slipway/apps/{app}/deploys/{row.Uuid.ToString()}/cancel" data-confirm="Cancel this deploy? What serves now serves on." data-verb="Cancel the deploy">Cancel</button>
                """)}
            </div>
            {Steps(app, row)}
            """), path: [(app, $"/dashboard/apps/{app}"), ("deploy", $"/dashboard/apps/{app}/deploys/{row.Uuid}")]);
    }

    public static Html Steps(string app, DeployRow row) =>
        Html.Of($"""<ol class="steps" data-events="/slipway/apps/{app}/deploys/{row.Uuid.ToString()}/events"></ol>""");

    public static string Words(DeployKind kind) => kind switch
    {
        DeployKind.Source => "new source",
        DeployKind.Config => "config change",
        DeployKind.Rollback => "rollback",
        DeployKind.Setup => "set-up",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
