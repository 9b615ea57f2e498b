using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;
using Slipway.Tests;

namespace Slipway.SystemTests.Heroku;

/// <summary>A program that wants to know what becomes of an app, set up with Heroku's client.</summary>
public sealed class WebhookStories(Platform platform) : IAsyncLifetime
{
    private const string App = "foghorn";

    private readonly Folder _folder = PlainSite.Create(App, "land");
    private readonly WebhookReceiver _receiver = new();
    private HerokuClient _heroku = null!;

    public async ValueTask InitializeAsync()
    {
        _heroku = await HerokuClient.OfAdminAsync(platform);
        (await platform.Cli.RunAsync("create", App)).MustSucceed();
    }

    public async ValueTask DisposeAsync()
    {
        await platform.Cli.RunAsync("server", "unset", "private-sources");
        await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App);
        _receiver.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Heroku("webhooks", "webhooks:add", "webhooks:info", "webhooks:update", "webhooks:deliveries", "webhooks:deliveries:info", "webhooks:events", "webhooks:events:info", "webhooks:remove")]
    public async Task A_deploy_is_told_of_from_its_build_to_its_instances()
    {
        string[] add = ["webhooks:add", "--app", App, "--include", "api:build,api:release,api:formation,dyno", "--level", "sync", "--url", _receiver.Url + "/hook", "--secret", "loud enough", "--authorization", "Bearer horn"];
        Assert.Contains("is not an address that webhooks can be sent to", Unwrapped((await _heroku.RunAsync(add)).Errors), StringComparison.Ordinal);
        (await platform.Cli.RunAsync("server", "set", "private-sources", "allow")).MustSucceed();
        Assert.Contains("loud enough", await _heroku.SaidAsync(add), StringComparison.Ordinal);
        var listed = await _heroku.OutputAsync("webhooks", "--app", App);
        Assert.Contains(_receiver.Url + "/hook", listed, StringComparison.Ordinal);
        var id = System.Text.RegularExpressions.Regex.Match(listed, "[0-9a-f]{8}-[0-9a-f-]{27}").Value;
        Assert.Contains("api:build,api:release,api:formation,dyno", await _heroku.OutputAsync("webhooks:info", id, "--app", App), StringComparison.Ordinal);

        (await platform.Cli.In(_folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();
        (await platform.Cli.RunAsync("scale", "web=2", "--app", App)).MustSucceed();
        var build = await _receiver.ExpectAsync("api:build create");
        Assert.Equal(("pending", "Bearer horn", "/hook"), (build.Json.GetProperty("data").GetProperty("status").GetString(), build.Authorization, build.Path));
        await _receiver.ExpectAsync("api:build update", told => told.GetProperty("data").GetProperty("status").GetString() == "succeeded" && told.GetProperty("previous_data").GetProperty("status").GetString() == "pending");
        await _receiver.ExpectAsync("api:release create", told => told.GetProperty("data").GetProperty("version").GetInt32() == 1);
        await _receiver.ExpectAsync("api:formation create", told => told.GetProperty("data").GetProperty("quantity").GetInt32() == 1);
        await _receiver.ExpectAsync("api:formation update", told => told.GetProperty("data").GetProperty("quantity").GetInt32() == 2 && told.GetProperty("previous_data").GetProperty("quantity").GetInt32() == 1);
        await _receiver.ExpectAsync("dyno create", told => Dyno(told, "web.1", "starting"));
        await _receiver.ExpectAsync("dyno update", told => Dyno(told, "web.2", "up"));
        Assert.All(_receiver.Came, one => Assert.True(one.IsSignedWith("loud enough")));

        Assert.Contains("succeeded", await _heroku.OutputAsync("webhooks:deliveries", "--app", App), StringComparison.Ordinal);
        var delivery = build.Json.GetProperty("webhook_metadata").GetProperty("delivery").GetProperty("id").GetString()!;
        var shown = await _heroku.OutputAsync("webhooks:deliveries:info", delivery, "--app", App);
        Assert.Contains("api:build", shown, StringComparison.Ordinal);
        Assert.Contains("\"status\": \"pending\"", shown, StringComparison.Ordinal);
        var told = build.Json.GetProperty("webhook_metadata").GetProperty("event").GetProperty("id").GetString()!;
        Assert.Contains(told, await _heroku.OutputAsync("webhooks:events", "--app", App), StringComparison.Ordinal);
        Assert.Contains("\"resource\": \"build\"", await _heroku.OutputAsync("webhooks:events:info", told, "--app", App), StringComparison.Ordinal);

        _receiver.Status = 500;
        await _heroku.SaidAsync("webhooks:update", id, "--app", App, "--include", "api:release", "--level", "notify", "--url", _receiver.Url + "/other");
        (await platform.Cli.RunAsync("config", "set", "SIREN=on", "--app", App)).MustSucceed();
        await Eventually.TrueAsync(
            async () => (await _heroku.OutputAsync("webhooks:deliveries", "--status", "failed", "--app", App)).Contains("500", StringComparison.Ordinal), TimeSpan.FromSeconds(60), () => "no delivery failed");
        Assert.Contains(_receiver.Came, one => one.Path == "/other");
        await _heroku.SaidAsync("webhooks:remove", id, "--app", App);
        Assert.Contains("has no webhooks", await _heroku.OutputAsync("webhooks", "--app", App), StringComparison.Ordinal);
    }

    /// <summary>The client breaks what it says into short lines.</summary>
    private static string Unwrapped(string said) => string.Join(' ', said.Split([' ', '\n', '›'], StringSplitOptions.RemoveEmptyEntries));

    private static bool Dyno(System.Text.Json.JsonElement told, string name, string state) =>
        told.GetProperty("data").GetProperty("name").GetString() == name && told.GetProperty("data").GetProperty("state").GetString() == state;
}
