using System.Text.Json;
using Slipway.Control.Tests.Access;
using Slipway.Control.Tests.Heroku;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Manual;

public sealed class OpenApiStories(RunningServer running) : IClassFixture<RunningServer>
{
    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task Every_route_is_in_it()
    {
        var paths = (await _server.Nobody.GetJsonAsync("/slipway/openapi.json")).GetProperty("paths");
        var missing = Routes.Of(_server)
            .Where(route => !route.Page && !route.Pattern.StartsWith("/dashboard/", StringComparison.Ordinal) && route.Pattern is not ("/slipway/reference" or "/button.svg" or "/{**path}"))
            .Where(route => !paths.TryGetProperty(route.Pattern, out var path) || !path.TryGetProperty(route.Method.Method.ToLowerInvariant(), out _))
            .Select(route => $"{route.Method} {route.Pattern}");
        Assert.Empty(missing);
    }

    [Fact]
    public async Task What_a_list_answers_is_what_it_says()
    {
        var api = OpenApiSchema.Of(await _server.Nobody.GetStringAsync("/slipway/openapi.json"));
        var app = await running.NewAppAsync();
        await SampleApp.DeployAsync(_server, app);
        await SampleApp.AddDatabaseAsync(_server, app);
        var (wrong, described) = (new List<string>(), 0);
        foreach (var route in Routes.Of(_server).Where(route => route.Method == HttpMethod.Get && !route.Page && !route.Anonymous))
        {
            using var answer = await _server.Admin.CallAsync(route.Method, Routes.Fill(route.Pattern, app));
            if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType != "application/json") continue;
            if (api.Check(route.Method, route.Pattern, await answer.ReadAsync()) is not { } found) continue;
            described++;
            wrong.AddRange(found.Select(what => $"{route.Pattern}: {what}"));
        }

        Assert.True(described > 25, $"only {described} answers are described");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task What_is_made_is_answered_as_it_says()
    {
        var api = OpenApiSchema.Of(await _server.Nobody.GetStringAsync("/slipway/openapi.json"));
        var app = await running.NewAppAsync();
        var calls = new (HttpMethod Method, string Pattern, string Path, object Body)[]
        {
            (HttpMethod.Post, "/apps", "/apps", new { name = running.NewName() }),
            (HttpMethod.Patch, "/apps/{app}", $"/apps/{app}", new { maintenance = true }),
            (HttpMethod.Patch, "/apps/{app}/config-vars", $"/apps/{app}/config-vars", new { A = "1" }),
            (HttpMethod.Post, "/apps/{app}/domains", $"/apps/{app}/domains", new { hostname = $"{app}.example" }),
            (HttpMethod.Post, "/oauth/authorizations", "/oauth/authorizations", new { description = "x" }),
            (HttpMethod.Post, "/teams", "/teams", new { name = "team-" + app }),
            (HttpMethod.Post, "/slipway/accounts", "/slipway/accounts", new { email = $"{app}@example.org" }),
            (HttpMethod.Post, "/sources", "/sources", new { }),
            (HttpMethod.Post, "/apps/{app}/log-sessions", $"/apps/{app}/log-sessions", new { }),
        };
        foreach (var (method, pattern, path, body) in calls)
            Assert.Empty(api.Check(method, pattern, await _server.Admin.JsonAsync(method, path, body)) ?? throw new InvalidOperationException($"{method} {pattern} is not described"));

        var failure = await _server.Admin.FailsAsync(HttpMethod.Get, "/apps/none", null, System.Net.HttpStatusCode.NotFound, "not_found");
        Assert.Empty(api.CheckFailure(failure));
    }

    /// <summary>What takes nothing, by its own nature; everything else that changes something says what it takes.</summary>
    [Fact]
    public async Task What_changes_something_says_what_it_takes_and_answers()
    {
        string[] bare =
        [
            "acm.enable", "acm.refresh", "alert.test", "app-alert.test", "authorization.renew", "cron.run", "deploy.cancel", "diagnosis.make", "dyno.run-inside", "dyno.stop", "ejection.make", "formation.stop", "git.fetch", "git.push", "mail.send", "postgres.credential.create", "postgres.credential.repair",
            "postgres.credential.rotate", "postgres.credential.rotate-all", "postgres.disconnect", "postgres.reset", "slug.create", "source.create", "source.create-for-app", "source.upload", "stack.rebuild",
            "transfer.backup", "transfer.cancel", "transfer.upload", "transfer.url", "webhook.receive",
        ];
        var paths = (await _server.Nobody.GetJsonAsync("/slipway/openapi.json")).GetProperty("paths");
        var silent = from path in paths.EnumerateObject()
                     from operation in path.Value.EnumerateObject()
                     where operation.Name is "post" or "put" or "patch" && !operation.Value.TryGetProperty("requestBody", out _)
                     select operation.Value.GetProperty("operationId").GetString();
        Assert.Equal(bare, silent.Order(StringComparer.Ordinal));

        Assert.Contains("browser_url", Answer("/auth", "post"));
        Assert.Contains("\"array\"", Answer("/pipelines/{pipeline}/latest-builds", "get"));
        Assert.Contains("human_name", Answer("/addon-services/{service}/plans/{plan}", "get"));
        Assert.Contains("output_stream_url", Answer("/slipway/apps/{app}/images", "post"));
        string Answer(string path, string method) => paths.GetProperty(path).GetProperty(method).GetProperty("responses").GetRawText();
    }

    [Fact]
    public async Task The_page_shows_it_without_anything_from_elsewhere()
    {
        var page = await _server.Nobody.GetStringAsync("/slipway/reference");
        Assert.Contains("/apps/{app}/releases", page);
        Assert.Contains("output_stream_url", page);
        Assert.DoesNotContain("//cdn", page);
        Assert.DoesNotContain("<script>", page);
    }

    [Fact]
    public async Task It_says_what_a_call_needs()
    {
        var paths = (await _server.Nobody.GetJsonAsync("/slipway/openapi.json")).GetProperty("paths");
        string Needs(string path, string method) => paths.GetProperty(path).GetProperty(method).GetProperty("x-needs").GetString()!;
        Assert.Equal("deploy of the app; scope global or read-protected or write-protected", Needs("/apps/{app}/config-vars", "get"));
        Assert.Equal("an admin's token", Needs("/slipway/accounts", "get"));
        Assert.Equal("nothing", Needs("/health", "get"));
        Assert.Equal(JsonValueKind.Object, paths.GetProperty("/apps/{app}/builds").GetProperty("post").GetProperty("requestBody").ValueKind);
    }
}
