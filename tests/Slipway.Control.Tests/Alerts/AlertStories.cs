using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Control.Tests.Server;
using Slipway.Tests;

namespace Slipway.Control.Tests.Alerts;

/// <summary>A running slipwayd tells people of what happens: by real mail, and to a real web server.</summary>
public sealed class AlertStories(RunningServer running) : IClassFixture<RunningServer>
{
    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task Who_was_named_is_told_by_mail_and_by_webhook_and_a_refusal_is_tried_again()
    {
        await using var smtp = await SmtpServer.StartAsync();
        using var chat = new WebhookReceiver();
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = "allow" });
        await _server.Admin.JsonAsync(HttpMethod.Put, "/slipway/server/smarthost", new { host = "127.0.0.1", port = smtp.Port, security = "none", from = "slipway@example.org" });
        var app = (await _server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { })).GetProperty("name").GetString()!;
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/slipway/apps/{app}/alert-targets", new { mail = "ops@example.org" });
        var secret = (await _server.Admin.JsonAsync(HttpMethod.Post, "/slipway/alert-targets", new { webhook = chat.Url + "/hooks/s3cr3t" })).GetProperty("secret").GetString()!;

        chat.Status = 500;
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/slipway/apps/{app}/alerts/test");
        await UntilAsync(() => Task.FromResult(smtp.Came.Count == 1 && chat.Came.Count == 1));
        Assert.Equal(("slipway@example.org", "ops@example.org"), (smtp.Came[0].From, smtp.Came[0].To.Single()));
        Assert.Contains($"Subject: [slipway] A test of alerts of {app}", smtp.Came[0].Content);
        Assert.Contains("Auto-Submitted: auto-generated", smtp.Came[0].Content);
        await UntilAsync(async () => (await AlertAsync(app)).GetProperty("deliveries").EnumerateArray().Any(one => one.GetProperty("status").GetString() == "retrying"));

        chat.Status = 200;
        await UntilAsync(async () => (await AlertAsync(app)).GetProperty("deliveries").EnumerateArray().All(one => one.GetProperty("status").GetString() == "delivered"));
        var came = chat.Came[^1];
        Assert.Equal(("/hooks/s3cr3t", app, "test"), (came.Path, came.Json.GetProperty("app").GetString(), came.Json.GetProperty("kind").GetString()));
        Assert.Equal("sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(came.Body))), came.AlertSignature);
        Assert.Contains("alert_test", came.Json.GetProperty("text").GetString());
        // What is in the address permits to write: it is told to nobody.
        Assert.DoesNotContain("s3cr3t", (await _server.Admin.GetJsonAsync("/slipway/alert-targets")).ToString() + await _server.Admin.GetJsonAsync("/slipway/events"));
    }

    [Fact]
    public async Task Only_who_sees_the_app_sees_what_was_told_of_it()
    {
        var app = (await _server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { })).GetProperty("name").GetString()!;
        Assert.Empty((await _server.Admin.GetJsonAsync($"/slipway/apps/{app}/alerts")).EnumerateArray());
        var member = await _server.NewMemberAsync("alerts@example.org");
        await member.FailsAsync(HttpMethod.Get, "/slipway/alerts", null, HttpStatusCode.Forbidden, "forbidden");
        await member.FailsAsync(HttpMethod.Get, $"/slipway/apps/{app}/alerts", null, HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("""{"mail":"nobody"}""", "invalid_alert_target")]
    [InlineData("""{"mail":"a@example.org\r\nBcc: b@example.org"}""", "invalid_alert_target")]
    [InlineData("""{"mail":"Ada <ada@example.org>"}""", "invalid_alert_target")]
    [InlineData("""{"mail":"ada@example.org","webhook":"https://example.org/"}""", "invalid_alert_target")]
    [InlineData("{}", "invalid_alert_target")]
    [InlineData("""{"webhook":"ftp://example.org/"}""", "invalid_webhook_url")]
    public async Task What_leads_nowhere_is_refused(string body, string id) =>
        await _server.Admin.FailsAsync(HttpMethod.Post, "/slipway/alert-targets", JsonSerializer.Deserialize<Dictionary<string, string>>(body), HttpStatusCode.UnprocessableEntity, id);

    private async Task<JsonElement> AlertAsync(string app) => (await _server.Admin.GetJsonAsync($"/slipway/apps/{app}/alerts")).EnumerateArray().First();

    private static async Task UntilAsync(Func<Task<bool>> there)
    {
        for (var tries = 0; !await there(); tries++)
        {
            Assert.True(tries < 600, "It did not come.");
            await Task.Delay(100);
        }
    }
}
