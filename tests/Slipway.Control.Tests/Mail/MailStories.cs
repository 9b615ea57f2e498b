using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Control.Mail;
using Slipway.Control.Secrets;
using Slipway.Control.Tests.Server;
using Slipway.Tests;

namespace Slipway.Control.Tests.Mail;

/// <summary>Mail as apps send it, through the real relay into a running slipwayd, and on to a real mail server.</summary>
public sealed class MailStories(RunningServer running) : IClassFixture<RunningServer>
{
    private const string Both = "Subject: =?utf-8?q?H=C3=A9llo?=\r\nFrom: Blog <blog@example.org>\r\nTo: ada@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
        + "--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nPlain words\r\n"
        + "--a\r\nContent-Type: text/html\r\n\r\n<h1>Marked</h1><script>alert(1)</script><img src=\"cid:logo\"><img src=\"https://spy.example.org/x.png\">\r\n--a--\r\n"
        + "--r\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n--r--\r\n"
        + "--m\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"ships.csv\"\r\n\r\na,b\r\n1,2\r\n--m--\r\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_smarthost_it_is_kept_and_shown_to_those_who_operate_the_app()
    {
        await using var relay = await Relay.StartAsync(running.Slipwayd);
        var (app, id) = await NewAsync();
        await relay.SendAsync(app, id, Both, "ada@example.org", "bob@example.org");
        var mail = await UntilAsync(running.Slipwayd, app, one => true);
        Assert.Equal((1, "kept", "Héllo", "app@example.org"), (mail.GetProperty("number").GetInt32(), Text(mail, "state"), Text(mail, "subject"), Text(mail, "from")));
        Assert.Equal(["ada@example.org", "bob@example.org"], mail.GetProperty("to").EnumerateArray().Select(one => one.GetString()!));

        var shown = await running.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/mail/1");
        Assert.Equal("Plain words", Text(shown, "text").Trim());
        Assert.Contains("""<img src="data:image/png;base64,iVBORw0K">""", Text(shown, "html"));
        Assert.Equal(["ships.csv"], shown.GetProperty("attachments").EnumerateArray().Where(one => Text(one, "type") == "text/csv").Select(one => Text(one, "name")));
        Assert.Contains(shown.GetProperty("headers").EnumerateArray(), one => Text(one, "name") == "From" && Text(one, "value") == "Blog <blog@example.org>");
        var raw = await running.Slipwayd.Admin.CallAsync(HttpMethod.Get, $"/slipway/apps/{app}/mail/{Text(mail, "id")}/raw");
        Assert.Equal(("message/rfc822", Both), (raw.Content.Headers.ContentType!.MediaType, await raw.Content.ReadAsStringAsync(Cancel)));

        var page = await running.Slipwayd.Admin.GetStringAsync($"/dashboard/apps/{app}/mail/1", Cancel);
        Assert.Contains("""<iframe class="message" sandbox="" """, page);
        Assert.DoesNotContain("<script>alert", page);
        using var frame = await running.Slipwayd.Admin.CallAsync(HttpMethod.Get, $"/dashboard/apps/{app}/mail/1/html");
        var policy = frame.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("sandbox; default-src 'none';", policy);
        Assert.DoesNotContain("script-src", policy);
        Assert.Contains("<h1>Marked</h1>", await frame.Content.ReadAsStringAsync(Cancel));
        Assert.Contains("Héllo", WebUtility.HtmlDecode(await running.Slipwayd.Admin.GetStringAsync($"/dashboard/apps/{app}", Cancel)));

        var viewer = await running.Slipwayd.NewMemberAsync($"viewer-{app}@example.org");
        await running.Slipwayd.Admin.JsonAsync(HttpMethod.Post, $"/apps/{app}/collaborators", new { user = $"viewer-{app}@example.org", permissions = (string[])["view", "deploy"] });
        foreach (var path in (string[])["mail", "mail/1", "mail/1/raw"]) await viewer.FailsAsync(HttpMethod.Get, $"/slipway/apps/{app}/{path}", null, HttpStatusCode.Forbidden, "forbidden");
        Assert.DoesNotContain("Héllo", WebUtility.HtmlDecode(await viewer.GetStringAsync($"/dashboard/apps/{app}", Cancel)));
        await running.Slipwayd.Admin.FailsAsync(HttpMethod.Post, $"/slipway/apps/{app}/mail/1/send", null, HttpStatusCode.NotFound, "smarthost_unset");
        await running.Slipwayd.Admin.FailsAsync(HttpMethod.Get, $"/slipway/apps/{app}/mail/2", null, HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("no message at all", "", "no message at all")]
    [InlineData(": \r\n\u0001\r\n", "", "\u0001")]
    [InlineData("Subject: a\r\n b\u202Ec\u0007\r\n\r\n", "a b c", "")]
    [InlineData("Content-Type: multipart/mixed; boundary=x\r\nSubject: half\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\ncut", "half", "cut")]
    [InlineData("Content-Type: text/html; charset=martian\r\nSubject: =?martian?q?x?=\r\n\r\n<p>x", "x", null)]
    public async Task Whatever_was_sent_can_be_looked_at(string message, string subject, string? text)
    {
        await using var relay = await Relay.StartAsync(running.Slipwayd);
        var (app, id) = await NewAsync();
        await relay.SendAsync(app, id, message);
        Assert.Equal(subject, Text(await UntilAsync(running.Slipwayd, app, _ => true), "subject"));
        var shown = await running.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/mail/1");
        if (text is not null) Assert.Contains(text, Text(shown, "text"));
        Assert.Contains("Mail", await running.Slipwayd.Admin.GetStringAsync($"/dashboard/apps/{app}/mail", Cancel));
        await running.Slipwayd.Admin.GetStringAsync($"/dashboard/apps/{app}/mail/1", Cancel);
    }

    [Fact]
    public async Task With_a_smarthost_it_goes_out_with_the_servers_sender_and_what_fails_says_why()
    {
        await using var server = await Slipwayd.StartNewAsync();
        await using var relay = await Relay.StartAsync(server);
        await using var smarthost = await SmtpServer.StartAsync(login: true);
        var (app, id) = await NewAsync(server, "blog");
        await relay.SendAsync(app, id, "Subject: before\r\nBcc: hidden@example.org\r\n\r\nkept\r\n.dot\r\n");
        await UntilAsync(server, app, one => Text(one, "state") == "kept");
        await server.Admin.JsonAsync(HttpMethod.Put, "/slipway/server/smarthost", new { host = "127.0.0.1", port = smarthost.Port, security = "none", username = "user", password = "secret", from = "bounce@example.net" });

        await relay.SendAsync(app, id, "Subject: now\r\n\r\nx", "ada@example.org");
        var mail = await UntilAsync(server, app, one => Text(one, "state") == "sent");
        Assert.Contains("queued as 7", Text(mail, "answer"));
        var came = Assert.Single(await smarthost.ExpectAsync(1));
        Assert.Equal(("bounce@example.net", "ada@example.org"), (came.From, came.To.Single()));
        Assert.Contains("From: app@example.org", came.Content);
        Assert.Contains("Message-Id: <", came.Content, StringComparison.OrdinalIgnoreCase);

        Assert.Equal("queued", Text(await server.Admin.JsonAsync(HttpMethod.Post, $"/slipway/apps/{app}/mail/1/send"), "state"));
        var second = (await smarthost.ExpectAsync(2))[1];
        Assert.DoesNotContain("hidden", second.Content);
        Assert.Contains("kept\r\n.dot\r\n", second.Content);

        await relay.SendAsync(app, id, "Subject: some\r\n\r\nx", "ada@example.org", "nobody@example.org");
        mail = await UntilAsync(server, app, one => Text(one, "state") == "failed");
        Assert.Contains("nobody@example.org: 550 5.1.1 Nobody of that name", Text(mail, "answer"));
        Assert.Contains("Nobody of that name", (await server.Admin.GetJsonAsync("/slipway/events")).EnumerateArray().Where(one => Text(one, "action") == "mail.send" && Text(one, "result") != "ok").Select(one => Text(one, "result")).Single());

        await relay.SendAsync(app, id, "Subject: later\r\n\r\nx", "ada@example.org", "later@example.org");
        mail = await UntilAsync(server, app, one => one.GetProperty("attempts").GetInt32() == 1 && Text(one, "state") == "queued");
        Assert.Contains("later@example.org: 451 4.7.1 Greylisted", Text(mail, "answer"));
        smarthost.Open();
        await UntilAsync(server, app, one => Text(one, "state") == "sent", seconds: 40);
        Assert.Equal(["later@example.org"], (await smarthost.ExpectAsync(5))[^1].To);
    }

    [Fact]
    public async Task Nothing_is_lost_while_slipwayd_is_away_or_killed()
    {
        await using var server = await Slipwayd.StartNewAsync();
        await using var relay = await Relay.StartAsync(server);
        var (app, id) = await NewAsync(server, "blog");
        await server.KillAsync();
        for (var number = 1; number <= 3; number++) await relay.SendAsync(app, id, $"Subject: {number}\r\n\r\nx");
        Assert.Equal(3, relay.Waiting);
        await server.StartAsync();
        await UntilAsync(server, app, one => one.GetProperty("number").GetInt32() == 3, seconds: 40);

        // Killed at any moment between: what the relay was not told of it hands over again, and it is there once.
        var sending = Task.Run(async () =>
        {
            for (var number = 4; number <= 30; number++) await relay.SendAsync(app, id, $"Subject: {number}\r\n\r\nx");
        }, Cancel);
        for (var times = 0; times < 2; times++)
        {
            await Task.Delay(700, Cancel);
            await server.KillAsync();
            await server.StartAsync();
        }

        await sending;
        await UntilAsync(server, app, one => one.GetProperty("number").GetInt32() == 30, seconds: 60);
        var subjects = (await server.Admin.GetJsonAsync($"/slipway/apps/{app}/mail")).EnumerateArray().Select(one => Text(one, "subject"));
        Assert.Equal(Enumerable.Range(1, 30).Select(number => $"{number}").Order(), subjects.Order());
        for (var tries = 0; relay.Waiting > 0 && tries < 100; tries++) await Task.Delay(100, Cancel);
        Assert.Equal(0, relay.Waiting);
    }

    [Fact]
    public async Task Only_the_relay_hands_mail_over_and_only_what_is_mail()
    {
        var (app, id) = await NewAsync();
        var keys = new MailKeys(running.Slipwayd.Config, SecretBox.Load(running.Slipwayd.Config));
        using var door = new HttpClient { BaseAddress = new Uri($"http://{running.Slipwayd.Config.Gateway}:{running.Slipwayd.Config.ErrorsPort}") };
        string Envelope(string user) => $$"""{"id":"{{Guid.NewGuid():N}}","user":"{{user}}","at":1,"from":"a@example.org","to":["b@example.org"]}""" + "\nSubject: x\r\n\r\n";
        async Task<HttpStatusCode> HandAsync(string body, string? key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/mail") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
            if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
            return (await door.SendAsync(request, Cancel)).StatusCode;
        }

        var user = MailKeys.UserOf(app, id);
        Assert.Equal(HttpStatusCode.Unauthorized, await HandAsync(Envelope(user), null));
        Assert.Equal(HttpStatusCode.Unauthorized, await HandAsync(Envelope(user), keys.PasswordOf(user)));
        Assert.Equal(HttpStatusCode.Gone, await HandAsync(Envelope("other.00112233"), keys.HandoverKey));
        Assert.Equal(HttpStatusCode.Gone, await HandAsync(Envelope(app + ".00000000"), keys.HandoverKey));
        foreach (var body in (string[])["", "x", "{}\n", "null\n", "[]\n", new string('x', 200_000), Envelope(user).Replace("b@example.org", "b@example.org\\nc@example.org", StringComparison.Ordinal), Envelope(user).Replace("\"id\":\"", "\"id\":\"../", StringComparison.Ordinal)])
            Assert.Equal(HttpStatusCode.UnprocessableEntity, await HandAsync(body, keys.HandoverKey));
        Assert.Empty((await running.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/mail")).EnumerateArray());
        Assert.Equal(HttpStatusCode.Unauthorized, (await door.GetAsync("/mail/senders", Cancel)).StatusCode);
        door.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + keys.HandoverKey);
        Assert.Equal((app, 500), JsonDocument.Parse(await door.GetStringAsync("/mail/senders", Cancel)).RootElement.GetProperty(user) is var told ? (Text(told, "app"), told.GetProperty("limit").GetInt32()) : default);
        Assert.Equal(HttpStatusCode.NotFound, (await door.GetAsync("/mail/other", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_limit_is_an_admins_to_set_and_holds_soon()
    {
        await using var relay = await Relay.StartAsync(running.Slipwayd);
        var (app, id) = await NewAsync();
        var owner = await running.Slipwayd.NewMemberAsync($"owner-{app}@example.org");
        await running.Slipwayd.Admin.JsonAsync(HttpMethod.Post, $"/apps/{app}/collaborators", new { user = $"owner-{app}@example.org", permissions = (string[])["manage", "operate"] });
        await owner.FailsAsync(HttpMethod.Put, $"/slipway/mail-limits/{app}", new { hourly_limit = 5 }, HttpStatusCode.Forbidden, "forbidden");
        await running.Slipwayd.Admin.FailsAsync(HttpMethod.Put, $"/slipway/mail-limits/{app}", new { hourly_limit = -1 }, HttpStatusCode.UnprocessableEntity, "invalid_mail_limit");
        await running.Slipwayd.Admin.FailsAsync(HttpMethod.Put, "/slipway/mail-limits/none", new { hourly_limit = 1 }, HttpStatusCode.NotFound, "not_found");
        Assert.Equal(2, (await running.Slipwayd.Admin.JsonAsync(HttpMethod.Put, $"/slipway/mail-limits/{app}", new { hourly_limit = 2 })).GetProperty("hourly_limit").GetInt32());
        await using var again = await Relay.StartAsync(running.Slipwayd); // which asks at its start
        await Task.Delay(500, Cancel);
        for (var times = 0; times < 2; times++) await again.SendAsync(app, id, "Subject: x\r\n\r\n");
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => again.SendAsync(app, id, "Subject: x\r\n\r\n"));
        Assert.Contains($"450, b'4.7.1 {app} has sent 2 messages within an hour", refused.Message);
        Assert.Contains($"slipway mail limit 100 --app {app}", refused.Message);
        await running.Slipwayd.Admin.JsonAsync(HttpMethod.Put, $"/slipway/mail-limits/{app}", new { hourly_limit = (int?)null });
        await UntilAsync(running.Slipwayd, app, one => one.GetProperty("number").GetInt32() == 2);
        Assert.Equal((500, 2L), await running.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/mail-intake") is var intake ? (intake.GetProperty("hourly_limit").GetInt32(), intake.GetProperty("taken").GetInt64()) : default);
    }

    [Fact]
    public async Task Its_mail_goes_with_the_app()
    {
        await using var relay = await Relay.StartAsync(running.Slipwayd);
        var (app, id) = await NewAsync();
        await relay.SendAsync(app, id, "Subject: x\r\n\r\n");
        await UntilAsync(running.Slipwayd, app, _ => true);
        var folder = Path.Combine(running.Slipwayd.Config.ControlDirectory, "mail", id.ToString());
        Assert.Single(Directory.GetFiles(folder));
        await running.Slipwayd.Admin.JsonAsync(HttpMethod.Delete, $"/apps/{app}");
        Assert.False(Directory.Exists(folder));
        await using var store = running.Slipwayd.Store();
        Assert.Empty(await store.Mail.Where(row => row.App!.Uuid == id).ToListAsync(Cancel));
    }

    private async Task<(string App, Guid Id)> NewAsync() => await NewAsync(running.Slipwayd, running.NewName());

    private static async Task<(string App, Guid Id)> NewAsync(Slipwayd server, string name) => (name, (await server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name })).GetProperty("id").GetGuid());

    /// <summary>The app's newest message, once it is so.</summary>
    private static async Task<JsonElement> UntilAsync(Slipwayd server, string app, Func<JsonElement, bool> holds, int seconds = 20)
    {
        for (var tries = 0; ; tries++)
        {
            var list = await server.Admin.GetJsonAsync($"/slipway/apps/{app}/mail");
            if (list.GetArrayLength() > 0 && holds(list[0])) return list[0];
            Assert.True(tries < seconds * 10, $"{app}: {list}");
            await Task.Delay(100, Cancel);
        }
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
