using System.Net;
using System.Text.Json;
using Slipway.Control.AppWebhooks;
using Slipway.Control.Store;
using Slipway.Control.Tests.Server;
using Slipway.Tests;

namespace Slipway.Control.Tests.AppWebhooks;

/// <summary>What webhooks are told, by a real slipwayd to a real web server.</summary>
public sealed class AppWebhookStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private readonly Slipwayd _server = running.Slipwayd;
    private readonly WebhookReceiver _receiver = new();
    private string _app = "";

    public async ValueTask InitializeAsync()
    {
        await AllowPrivateAsync("allow");
        _app = await running.NewAppAsync();
    }

    public ValueTask DisposeAsync()
    {
        _receiver.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Each_change_is_told_as_it_was_and_signed()
    {
        using var made = await _server.Admin.CallAsync(
            HttpMethod.Post, $"/apps/{_app}/webhooks",
            new { include = WebhookEntity.All, level = "sync", url = _receiver.Url + "/hooks", secret = "quite secret", authorization = "Bearer abc" });
        Assert.Equal("quite secret", made.Headers.GetValues("Heroku-Webhook-Secret").Single());

        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + _app, new { maintenance = true });
        var update = await _receiver.ExpectAsync("api:app update");
        Assert.True(update.IsSignedWith("quite secret"));
        Assert.Equal(("/hooks", "Bearer abc"), (update.Path, update.Authorization));
        var json = update.Json;
        Assert.Equal("app", json.GetProperty("resource").GetString());
        Assert.Equal(_app, json.GetProperty("data").GetProperty("name").GetString());
        Assert.True(json.GetProperty("data").GetProperty("maintenance").GetBoolean());
        Assert.Equal("""{"maintenance":false}""", json.GetProperty("previous_data").GetRawText());
        var account = await _server.Admin.GetJsonAsync("/account");
        Assert.Equal(account.GetProperty("id").GetString(), json.GetProperty("actor").GetProperty("id").GetString());

        await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/domains", new { hostname = $"www.{_app}.example" });
        await _receiver.ExpectAsync("api:domain create", told => told.GetProperty("data").GetProperty("hostname").GetString() == $"www.{_app}.example");
        await _server.Admin.JsonAsync(HttpMethod.Delete, $"/apps/{_app}/domains/www.{_app}.example");
        await _receiver.ExpectAsync("api:domain destroy", told => told.GetProperty("data").GetProperty("hostname").GetString() == $"www.{_app}.example");

        await _server.Admin.JsonAsync(HttpMethod.Patch, $"/apps/{_app}/config-vars", new { GREETING = "ahoy" });
        var release = await _receiver.ExpectAsync("api:release create");
        Assert.Equal("Set GREETING config vars", release.Json.GetProperty("data").GetProperty("description").GetString());
        Assert.DoesNotContain("ahoy", release.Body);
        await _receiver.ExpectAsync("api:release update", told => told.GetProperty("data").GetProperty("status").GetString() == "succeeded");

        await _server.NewMemberAsync($"grace-{_app}@example.org");
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/collaborators", new { user = $"grace-{_app}@example.org" });
        await _receiver.ExpectAsync("api:collaborator create");
        await _server.Admin.JsonAsync(HttpMethod.Delete, $"/apps/{_app}/collaborators/grace-{_app}@example.org");
        await _receiver.ExpectAsync("api:collaborator destroy", told => told.GetProperty("data").GetProperty("user").GetProperty("email").GetString() == $"grace-{_app}@example.org");

        var sequence = _receiver.Came.Select(one => one.Json.GetProperty("sequence").GetInt64()).ToList();
        Assert.Equal(sequence.Order(), sequence);
        var delivery = (await _server.Admin.GetJsonAsync($"/apps/{_app}/webhook-deliveries"))[0];
        Assert.Equal("succeeded", delivery.GetProperty("status").GetString());
        Assert.Equal(200, delivery.GetProperty("last_attempt").GetProperty("code").GetInt32());
        Assert.Equal("app", (await _server.Admin.GetJsonAsync($"/apps/{_app}/webhook-events/{delivery.GetProperty("event").GetProperty("id").GetString()}")).GetProperty("payload").GetProperty("resource").GetString());
    }

    [Fact]
    public async Task Only_what_was_asked_for_is_told_and_only_what_happened()
    {
        await AddAsync(["api:domain"], "notify");
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + _app, new { maintenance = true });
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/domains", new { hostname = $"a.{_app}.example" });
        var other = await running.NewAppAsync();
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{other}/domains", new { hostname = $"a.{_app}.example" }, HttpStatusCode.UnprocessableEntity, "domain_taken");
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{_app}/domains", new { hostname = $"a.{_app}.example" }, HttpStatusCode.UnprocessableEntity, "domain_taken");
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/domains", new { hostname = $"b.{_app}.example" });
        await _receiver.ExpectAsync("api:domain create", told => told.GetProperty("data").GetProperty("hostname").GetString() == $"b.{_app}.example");
        Assert.Equal(2, _receiver.Came.Count);
        Assert.Equal(2, (await _server.Admin.GetJsonAsync($"/apps/{_app}/webhook-events")).GetArrayLength());
    }

    [Fact]
    public async Task What_is_not_taken_is_sent_again_where_it_was_wanted_so()
    {
        _receiver.Status = 503;
        var sync = await AddAsync(["api:app"], "sync");
        var notify = await AddAsync(["api:app"], "notify");
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + _app, new { maintenance = true });
        var tried = await DeliveryAsync(sync, "retrying");
        Assert.Equal(503, tried.GetProperty("last_attempt").GetProperty("code").GetInt32());
        Assert.NotEqual(JsonValueKind.Null, tried.GetProperty("next_attempt_at").ValueKind);
        await DeliveryAsync(notify, "failed");

        // Killed between two attempts, it goes on.
        await _server.KillAsync();
        _receiver.Status = 204;
        await _server.StartAsync();
        var taken = await DeliveryAsync(sync, "succeeded");
        Assert.True(taken.GetProperty("num_attempts").GetInt32() > 1);
        await DeliveryAsync(notify, "failed");
        var failed = await _server.Admin.GetJsonAsync($"/apps/{_app}/webhook-deliveries?eq[status]=failed");
        Assert.Equal(notify, failed.EnumerateArray().Single().GetProperty("webhook").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Who_does_not_answer_holds_up_nobody_else()
    {
        var answer = new TaskCompletionSource();
        using var silent = new WebhookReceiver { Until = answer.Task };
        await AddAsync(["api:domain"], "sync", silent);
        await AddAsync(["api:domain"], "sync");
        foreach (var name in (string[])["a", "b", "c"])
        {
            await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/domains", new { hostname = $"{name}.{_app}.example" });
            await _receiver.ExpectAsync("api:domain create", told => told.GetProperty("data").GetProperty("hostname").GetString() == $"{name}.{_app}.example");
        }

        Assert.Single(silent.Came); // its first is still under way
        answer.SetResult();
        await silent.ExpectAsync("api:domain create", told => told.GetProperty("data").GetProperty("hostname").GetString() == $"c.{_app}.example");
    }

    [Fact]
    public async Task An_app_that_goes_says_so_last()
    {
        await AddAsync(["api:app"], "sync");
        using (var gone = await _server.Admin.CallAsync(HttpMethod.Delete, "/apps/" + _app)) Assert.True(gone.IsSuccessStatusCode);
        await _receiver.ExpectAsync("api:app destroy", told => told.GetProperty("data").GetProperty("name").GetString() == _app);
        await using var store = _server.Store();
        for (var tries = 0; store.AppWebhookEvents.Any(row => row.Payload.Contains(_app)) && tries < 200; tries++) await Task.Delay(50);
        Assert.False(store.AppWebhookEvents.Any(row => row.Payload.Contains(_app)));
    }

    [Fact]
    public async Task The_log_keeps_its_bounds()
    {
        await AddAsync(["api:domain"], "notify");
        await using (var store = _server.Store())
        {
            var app = store.Apps.Single(row => row.Name == _app).Uuid;
            for (var number = 0; number < WebhookCourier.Kept + 5; number++)
                store.AppWebhookEvents.Add(new AppWebhookEventRow { Uuid = Guid.NewGuid(), AppUuid = app, Include = "api:domain", Payload = $"old {number}", CreatedAt = DateTimeOffset.UtcNow });
            await store.SaveChangesAsync();
        }

        await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/domains", new { hostname = $"a.{_app}.example" });
        await _receiver.ExpectAsync("api:domain create");
        await using var after = _server.Store();
        var uuid = after.Apps.Single(row => row.Name == _app).Uuid;
        for (var tries = 0; after.AppWebhookEvents.Count(row => row.AppUuid == uuid) > WebhookCourier.Kept && tries < 200; tries++) await Task.Delay(50);
        Assert.Equal(WebhookCourier.Kept, after.AppWebhookEvents.Count(row => row.AppUuid == uuid));
        Assert.False(after.AppWebhookEvents.Any(row => row.AppUuid == uuid && row.Payload == "old 5"));
    }

    [Fact]
    public async Task Nothing_goes_where_it_must_not()
    {
        var post = $"/apps/{_app}/webhooks";
        _receiver.Status = 302;
        _receiver.Location = "/elsewhere";
        var id = await AddAsync(["api:app"], "notify");
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + _app, new { maintenance = true });
        Assert.Equal(302, (await DeliveryAsync(id, "failed")).GetProperty("last_attempt").GetProperty("code").GetInt32());
        Assert.Equal(["/"], _receiver.Came.Select(one => one.Path));

        // What an admin forbids again is not sent to, though it was taken when it was made.
        await AllowPrivateAsync(null);
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + _app, new { maintenance = false });
        for (var tries = 0; (await _server.Admin.GetJsonAsync($"/apps/{_app}/webhook-deliveries?eq[status]=failed")).GetArrayLength() < 2 && tries < 200; tries++) await Task.Delay(50);
        Assert.Single(_receiver.Came);

        await RefusedAsync(new { include = new[] { "api:app" }, level = "notify", url = _receiver.Url }, "invalid_webhook_url");
        await RefusedAsync(new { include = new[] { "api:app" }, level = "notify", url = "https://127.0.0.1/" }, "source_url_private");
        await RefusedAsync(new { include = new[] { "api:app" }, level = "notify", url = "https://u:p@example.org/" }, "invalid_webhook_url");
        await RefusedAsync(new { include = new[] { "api:app" }, level = "notify", url = "gopher://example.org/" }, "invalid_webhook_url");
        await RefusedAsync(new { include = new[] { "api:app" }, level = "often", url = "https://127.0.0.1/" }, "invalid_level");
        await RefusedAsync(new { include = new[] { "api:moon" }, level = "notify", url = "https://127.0.0.1/" }, "invalid_include");
        await RefusedAsync(new { include = Array.Empty<string>(), level = "notify", url = "https://127.0.0.1/" }, "invalid_include");
        await RefusedAsync(new { include = new[] { "api:app" }, level = "notify", url = "https://127.0.0.1/", secret = "" }, "invalid_secret");
        await RefusedAsync(new { include = new[] { "api:app" }, level = "notify", url = "https://127.0.0.1/", authorization = "a\r\nb" }, "invalid_authorization");
        await _server.Admin.FailsAsync(HttpMethod.Get, post + "/1", null, HttpStatusCode.NotFound, "not_found");
        await _server.Admin.FailsAsync(HttpMethod.Get, $"/apps/{_app}/webhook-deliveries/{Guid.NewGuid()}", null, HttpStatusCode.NotFound, "not_found");

        async Task RefusedAsync(object body, string error) => await _server.Admin.FailsAsync(HttpMethod.Post, post, body, HttpStatusCode.UnprocessableEntity, error);
    }

    private Task AllowPrivateAsync(string? how) => _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = how });

    private async Task<string> AddAsync(string[] include, string level, WebhookReceiver? receiver = null) =>
        (await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{_app}/webhooks", new { include, level, url = (receiver ?? _receiver).Url + "/" })).GetProperty("id").GetString()!;

    /// <summary>The webhook's first delivery, once its status is this.</summary>
    private async Task<JsonElement> DeliveryAsync(string webhook, string status)
    {
        JsonElement last = default;
        for (var tries = 0; tries < 600; tries++)
        {
            last = (await _server.Admin.GetJsonAsync($"/apps/{_app}/webhook-deliveries")).EnumerateArray().FirstOrDefault(one => one.GetProperty("webhook").GetProperty("id").GetString() == webhook);
            if (last.ValueKind == JsonValueKind.Object && last.GetProperty("status").GetString() == status) return last;
            await Task.Delay(50);
        }

        throw new TimeoutException($"no delivery of {webhook} is {status}: {last}");
    }
}
