using System.Text.Json;
using Slipway.Control.Tests.Access;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Heroku;

/// <summary>Every route of Heroku's that slipwayd has answers as Heroku's published schema says.</summary>
public sealed class ConformanceStories(RunningServer running) : IClassFixture<RunningServer>
{
    private const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada@laptop";

    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task What_is_made_changed_and_deleted_is_answered_as_the_schema_says()
    {
        var calls = new Recorder(_server.Admin, await HerokuSchema.Ready);
        var member = await _server.NewMemberAsync("grace@example.org");

        await calls.GetAsync("/account", "Account");
        await calls.CallAsync(HttpMethod.Patch, "/account", "Account", new { name = "Ada" });
        await calls.GetAsync("/users/~", "Account");
        await calls.GetAsync("/account/rate-limits", "RateLimit");
        foreach (var list in (string[])["regions", "stacks", "dyno-sizes"]) await calls.GetAsync("/" + list, Singular(list));
        await calls.GetAsync("/regions/here", "Region");
        await calls.GetAsync("/dyno-sizes/standard", "DynoSize");

        var authorization = await calls.PostAsync("/oauth/authorizations", "OAuthAuthorization", new { description = "ci", scope = new[] { "read" }, expires_in = 3600 });
        var token = "/oauth/authorizations/" + authorization.GetProperty("id").GetString();
        await calls.GetAsync("/oauth/authorizations", "OAuthAuthorization");
        await calls.GetAsync(token, "OAuthAuthorization");
        await calls.CallAsync(HttpMethod.Patch, token, "OAuthAuthorization", new { description = "cd" });
        await calls.PostAsync(token + "/actions/regenerate-tokens", "OAuthAuthorization", new { });
        await calls.CallAsync(HttpMethod.Delete, token, "OAuthAuthorization");

        await calls.PostAsync("/account/keys", "Key", new { public_key = PublicKey });
        await calls.GetAsync("/account/keys", "Key");
        await calls.GetAsync("/account/keys/ada@laptop", "Key");
        await calls.CallAsync(HttpMethod.Delete, "/account/keys/ada@laptop", "Key");

        var name = running.NewName();
        var app = await calls.PostAsync("/apps", "App", new { name });
        await calls.GetAsync("/apps", "App");
        await calls.GetAsync("/apps/" + name, "App");
        await calls.CallAsync(HttpMethod.Patch, "/apps/" + name, "App", new { maintenance = true });
        await calls.PostAsync("/filters/apps", "App", new { @in = new { id = new[] { app.GetProperty("id").GetString() } } });
        await calls.GetAsync("/users/~/apps", "App");
        await calls.CallAsync(HttpMethod.Patch, $"/apps/{name}/config-vars", "ConfigVars", new { GREETING = "ahoy" });
        await calls.GetAsync($"/apps/{name}/config-vars", "ConfigVars");
        await calls.PostAsync("/sources", "Source", new { });
        await calls.PostAsync($"/apps/{name}/sources", "Source", new { });
        await calls.PostAsync($"/apps/{name}/log-sessions", "LogSession", new { lines = 10 });

        await calls.PostAsync($"/apps/{name}/domains", "Domain", new { hostname = $"www.{name}.example" });
        await calls.GetAsync($"/apps/{name}/domains", "Domain");
        await calls.GetAsync($"/apps/{name}/domains/www.{name}.example", "Domain");
        await calls.CallAsync(HttpMethod.Delete, $"/apps/{name}/domains/www.{name}.example", "Domain");

        await calls.PostAsync($"/apps/{name}/collaborators", "Collaborator", new { user = "grace@example.org" });
        await calls.GetAsync($"/apps/{name}/collaborators", "Collaborator");
        await calls.GetAsync($"/apps/{name}/collaborators/grace@example.org", "Collaborator");
        await calls.CallAsync(HttpMethod.Patch, $"/apps/{name}/collaborators/grace@example.org", "Collaborator", new { permissions = new[] { "view" } });
        await calls.CallAsync(HttpMethod.Delete, $"/apps/{name}/collaborators/grace@example.org", "Collaborator");
        await calls.GetAsync($"/apps/{name}/features", "AppFeature");
        await calls.CallAsync(HttpMethod.Patch, $"/apps/{name}/features/runtime-dyno-metadata", "AppFeature", new { enabled = true });

        var transfer = await calls.PostAsync("/account/app-transfers", "AppTransfer", new { app = name, recipient = "grace@example.org" });
        await calls.GetAsync("/account/app-transfers", "AppTransfer");
        var hers = new Recorder(member, await HerokuSchema.Ready);
        await hers.CallAsync(HttpMethod.Patch, "/account/app-transfers/" + transfer.GetProperty("id").GetString(), "AppTransfer", new { state = "accepted" });

        var team = "crew-" + running.NewName();
        await calls.PostAsync("/teams", "Team", new { name = team });
        await calls.GetAsync("/teams", "Team");
        await calls.GetAsync("/teams/" + team, "Team");
        await calls.CallAsync(HttpMethod.Put, $"/teams/{team}/members", "TeamMember", new { email = "grace@example.org", role = "viewer" });
        await calls.GetAsync($"/teams/{team}/members", "TeamMember");
        var teamApp = running.NewName();
        await calls.PostAsync("/teams/apps", "TeamApp", new { name = teamApp, team });
        await calls.GetAsync("/teams/apps", "TeamApp");
        await calls.GetAsync($"/teams/{team}/apps", "TeamApp");
        await calls.CallAsync(HttpMethod.Patch, $"/teams/apps/{teamApp}", "TeamApp", new { locked = true });
        await calls.PostAsync($"/teams/apps/{teamApp}/collaborators", "TeamAppCollaborator", new { user = "grace@example.org", permissions = new[] { "deploy" } });
        await calls.GetAsync("/teams/permissions", "TeamAppPermission");
        await calls.CallAsync(HttpMethod.Delete, "/apps/" + teamApp, "App");
        await calls.CallAsync(HttpMethod.Delete, $"/teams/{team}/members/grace@example.org", "TeamMember");
        await calls.CallAsync(HttpMethod.Delete, "/teams/" + team, "Team");

        Assert.True(calls.Wrong.Count + hers.Wrong.Count == 0, string.Join('\n', calls.Wrong.Concat(hers.Wrong).Distinct()));
    }

    /// <summary>A route that comes anew is asked here without being listed, if the name of its resource is one of the schema's.</summary>
    [Fact]
    public async Task Every_list_and_every_entry_of_it_is_of_the_schema()
    {
        var schema = await HerokuSchema.Ready;
        var calls = new Recorder(_server.Admin, schema);
        var app = await running.NewAppAsync();
        var build = await SampleApp.DeployAsync(_server, app);
        await SampleApp.AddDatabaseAsync(_server, app);
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string> { ["private-sources"] = "allow" });
        await calls.PostAsync($"/apps/{app}/webhooks", "AppWebhook", new { include = new[] { "api:app" }, level = "sync", url = "http://127.0.0.1:1/" });
        await calls.CallAsync(HttpMethod.Patch, "/apps/" + app, "App", new { maintenance = true });
        var asked = new List<string>();
        foreach (var route in Routes.Of(_server).Where(route => route.Method == HttpMethod.Get && !route.Page && !route.Anonymous && !route.Pattern.StartsWith("/slipway/", StringComparison.Ordinal)))
        {
            var parts = route.Pattern.Split('/');
            if (route.Pattern.Contains(".git/", StringComparison.Ordinal) || parts.Count(part => part.StartsWith('{')) != parts.Count(part => part == "{app}")) continue;
            var definition = parts[^1] == "{app}" ? Singular(parts[^2]) : Singular(parts[^1]);
            if (definition == "App" && route.Pattern.StartsWith("/teams/", StringComparison.Ordinal)) definition = "TeamApp";
            if (!schema.Has(definition)) continue;
            if (route.Pattern is "/apps/{app}/pipeline-couplings" or "/apps/{app}/review-app") continue; // 404 for an app that is in no pipeline
            asked.Add(route.Pattern);
            var answer = await calls.GetAsync(Routes.Fill(route.Pattern, app), definition);
            if (answer.ValueKind != JsonValueKind.Array || !Routes.Of(_server).Any(one => one.Method == HttpMethod.Get && one.Pattern.StartsWith(route.Pattern + "/{", StringComparison.Ordinal))) continue;
            foreach (var entry in answer.EnumerateArray())
                await calls.GetAsync($"{Routes.Fill(route.Pattern, app)}/{entry.GetProperty("id").GetString()}", definition);
        }

        await calls.GetAsync($"/apps/{app}/builds/{build}", "Build");
        Assert.Superset(new HashSet<string> { "/apps", "/apps/{app}/releases", "/apps/{app}/builds", "/apps/{app}/formation", "/apps/{app}/domains", "/apps/{app}/addon-attachments", "/apps/{app}/webhook-events", "/apps/{app}/webhook-deliveries" }, asked.ToHashSet());
        Assert.True(calls.Wrong.Count == 0, string.Join('\n', calls.Wrong.Distinct()));
    }

    /// <summary>Of a path's words, the schema's name of one: <c>dyno-sizes</c> is <c>DynoSize</c>.</summary>
    private static string Singular(string words)
    {
        var name = string.Concat(words.Split('-').Select(word => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..]));
        return name switch
        {
            "Addons" => "AddOn",
            "AddonAttachments" => "AddOnAttachment",
            "AddonServices" => "AddOnService",
            "SniEndpoints" => "SNIEndpoint",
            "Webhooks" => "AppWebhook",
            "WebhookDeliveries" => "AppWebhookDelivery",
            "WebhookEvents" => "AppWebhookEvent",
            "Authorizations" => "OAuthAuthorization",
            "BuildpackInstallations" => name,
            "ConfigVars" => name,
            "Features" => "AppFeature",
            "Members" => "TeamMember",
            "AvailableDynoSizes" => "DynoSize",
            "Permissions" => "TeamAppPermission",
            _ when name.EndsWith('s') && !name.EndsWith("ss", StringComparison.Ordinal) => name[..^1],
            _ => name,
        };
    }
}
