using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Control.Tests.Git;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Webhooks;

public sealed class WebhookStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string Push = """{"ref":"refs/heads/main","after":"3f2a1b0"}""";

    private readonly Slipwayd _server = running.Slipwayd;
    private string _app = "";
    private TcpDoor _door = null!;
    private string _path = "";
    private string _secret = "";

    public async ValueTask InitializeAsync()
    {
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = "allow" });
        _app = await running.NewAppAsync();
        _door = new TcpDoor(_server.Config.ControlSocket);
        var token = _server.Admin.DefaultRequestHeaders.Authorization!.Parameter;
        var set = await _server.Admin.JsonAsync(HttpMethod.Put, $"/slipway/apps/{_app}/webhook", new { repository = $"http://git:{token}@127.0.0.1:{_door.Port}/{_app}.git" });
        (_path, _secret) = (new Uri(set.GetProperty("url").GetString()!).AbsolutePath, set.GetProperty("secret").GetString()!);
        Assert.DoesNotContain(token!, set.ToString());
    }

    public ValueTask DisposeAsync() => _door.DisposeAsync();

    [Fact]
    public async Task A_signed_push_deploys_the_repository_that_was_named()
    {
        Assert.Equal((HttpStatusCode.Accepted, "It will be deployed.\n"), await DeliverAsync(Push, "first"));
        Assert.Equal((HttpStatusCode.OK, "Nothing to do: this delivery was here before.\n"), await DeliverAsync(Push, "first"));
        await DeploysAsync(1);
        Assert.Equal((HttpStatusCode.Accepted, "It will be deployed.\n"), await DeliverAsync(Push, "second"));
        var deploys = await DeploysAsync(2);
        // The repository is empty: that it was asked is what the error shows.
        Assert.Equal("source_fetch_failed", deploys[0].GetProperty("error").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Other_branches_pings_and_deletions_are_answered_and_not_deployed()
    {
        Assert.StartsWith("Nothing to do: main", (await DeliverAsync("""{"ref":"refs/heads/other","after":"3f"}""", "a")).Text);
        Assert.StartsWith("Nothing to do: the branch was deleted", (await DeliverAsync("""{"ref":"refs/heads/main","after":"000"}""", "b")).Text);
        Assert.StartsWith("Nothing to do: it is not", (await DeliverAsync("""{"zen":"…"}""", "c", "ping")).Text);
        Assert.Equal(HttpStatusCode.BadRequest, (await DeliverAsync("nonsense", "d")).Status);
        await DeploysAsync(0);
    }

    [Fact]
    public async Task Without_the_secret_nothing_happens()
    {
        var (status, text) = await DeliverAsync(Push, "e", secret: "guessed");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("webhook_unsigned", text);
        await _server.Nobody.FailsAsync(HttpMethod.Post, $"/slipway/webhooks/{Guid.NewGuid()}", Push, HttpStatusCode.NotFound, "not_found");
        await DeploysAsync(0);
    }

    [Fact]
    public async Task A_new_one_ends_the_old_one_and_the_secret_is_shown_once()
    {
        Assert.Equal(JsonValueKind.Null, (await _server.Admin.GetJsonAsync($"/slipway/apps/{_app}/webhook")).GetProperty("secret").ValueKind);
        await _server.Admin.JsonAsync(HttpMethod.Put, $"/slipway/apps/{_app}/webhook", new { repository = "https://github.com/ada/blog.git", branch = "live" });
        Assert.Equal(HttpStatusCode.NotFound, (await DeliverAsync(Push, "f")).Status);
        await _server.Admin.JsonAsync(HttpMethod.Delete, $"/slipway/apps/{_app}/webhook");
        await _server.Admin.FailsAsync(HttpMethod.Get, $"/slipway/apps/{_app}/webhook", null, HttpStatusCode.NotFound, "not_found");
        foreach (var bad in (object[])[new { repository = "git@github.com:ada/blog.git" }, new { repository = "https://x/y.git", branch = "--all" }, new { }])
        {
            using var answer = await _server.Admin.CallAsync(HttpMethod.Put, $"/slipway/apps/{_app}/webhook", bad);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        }
    }

    private async Task<(HttpStatusCode Status, string Text)> DeliverAsync(string body, string id, string kind = "push", string? secret = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-GitHub-Event", kind);
        request.Headers.Add("X-GitHub-Delivery", id);
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret ?? _secret), Encoding.UTF8.GetBytes(body));
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(hash));
        using var answer = await _server.Nobody.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Once there are so many, and all have ended.</summary>
    private async Task<IReadOnlyList<JsonElement>> DeploysAsync(int count)
    {
        for (var tries = 0; ; tries++)
        {
            var deploys = (await _server.Admin.GetJsonAsync($"/slipway/apps/{_app}/deploys")).EnumerateArray().ToList();
            if (deploys.Count == count && deploys.All(deploy => deploy.GetProperty("status").GetString() is "failed" or "succeeded")) return deploys;
            Assert.True(deploys.Count <= count && tries < 100, $"{deploys.Count} deploys, not {count}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
