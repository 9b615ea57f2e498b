using System.Text.Json;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;
using Slipway.Tests;

namespace Slipway.SystemTests.Stories;

/// <summary>Apps send mail with nothing set up: it is kept and shown; with a smarthost it goes out; and a slipwayd that is away loses none of it.</summary>
public sealed class MailStories(Platform platform)
{
    [Fact]
    public async Task An_untouched_django_project_sends_mail_and_its_admins_hear_of_errors()
    {
        const string app = "mail-django";
        using var folder = Folder.Empty("harbour");
        await folder.StartprojectAsync("harbour");
        folder.Replace("harbour/urls.py", "urlpatterns = [", "from . import views\n\nurlpatterns = [\n    path('', views.index),\n    path('mail/', views.mail),\n    path('plain/', views.plain),\n    path('boom/', views.boom),");
        folder.Write("harbour/views.py", """
            import os
            import smtplib

            from django.core.mail import send_mail
            from django.http import HttpResponse


            def index(request):
                return HttpResponse("fine")


            def mail(request):
                send_mail("Your berth", "Number 7", None, ["ada@example.org"], html_message="<h1>Number 7</h1>")
                return HttpResponse("sent")


            def plain(request):
                with smtplib.SMTP(os.environ["EMAIL_HOST"], int(os.environ["EMAIL_PORT"])) as server:
                    server.login(os.environ["EMAIL_HOST_USER"], os.environ["EMAIL_HOST_PASSWORD"])
                    server.sendmail("harbour@example.org", ["bob@example.org"], b"Subject: By smtplib\r\n\r\n" + request.GET["say"].encode())
                return HttpResponse("sent")


            def boom(request):
                return HttpResponse(1 / 0)

            """);
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", app)).MustSucceed();
        (await cli.RunAsync("config", "set", "ADMINS=admin@example.org", "--app", app)).MustSucceed();
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();

        // Kept and shown.
        Assert.Equal("sent", await site.TextAsync("/mail/"));
        var mail = (await UntilAsync(app, 1))[0];
        Assert.Equal(("Your berth", "kept", $"{app}@{app}.{platform.Config.Domain}", "ada@example.org"), (Text(mail, "subject"), Text(mail, "state"), Text(mail, "from"), mail.GetProperty("to")[0].GetString()));
        Assert.Contains("Number 7", (await cli.RunAsync("mail", "show", "1", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        Assert.Contains("<h1>Number 7</h1>", (await cli.RunAsync("mail", "show", "1", "--html", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        Assert.StartsWith("Content-Type: multipart/alternative", (await cli.RunAsync("mail", "show", "1", "--raw", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        (await site.GetAsync("/boom/")).Dispose();
        mail = (await UntilAsync(app, 2))[0];
        Assert.Contains("Internal Server Error: /boom/", Text(mail, "subject"), StringComparison.Ordinal);
        Assert.Equal("admin@example.org", mail.GetProperty("to")[0].GetString());
        var password = (await cli.RunAsync("run", "--app", app, "--", "printenv", "EMAIL_HOST_PASSWORD")).MustSucceed().Output.Trim();
        Assert.Equal(40, password.Length);
        Assert.DoesNotContain(password, (await cli.RunAsync("explain", app, "env")).MustSucceed().Output, StringComparison.Ordinal);

        // With a smarthost it goes out, and what was kept can be sent after all.
        await using var smarthost = await SmtpServer.StartAsync(login: true);
        (await cli.RunAsync(["server", "smarthost", "set", $"127.0.0.1:{smarthost.Port}", "--tls", "none", "--user", "user", "--password-stdin", "--from", "server@example.net"], "secret\n")).MustSucceed();
        try
        {
            Assert.Contains("queued as 7", (await cli.RunAsync("server", "smarthost", "test", "ada@example.org")).MustSucceed().Output, StringComparison.Ordinal);
            Assert.Equal("sent", await site.TextAsync("/mail/"));
            var came = (await smarthost.ExpectAsync(2))[1];
            Assert.Equal(("server@example.net", "ada@example.org"), (came.From, came.To.Single()));
            Assert.Contains($"From: {app}@{app}.{platform.Config.Domain}", came.Content, StringComparison.Ordinal);
            (await cli.RunAsync("mail", "send", "1", "--app", app)).MustSucceed();
            await smarthost.ExpectAsync(3);

            // It stands still, and then it is killed: the app's requests do not fail, and nothing is lost.
            var slipwayd = Daemons.Control(platform);
            foreach (var pid in slipwayd) Daemons.Freeze(pid);
            for (var number = 0; number < 5; number++) Assert.Equal("sent", await site.TextAsync($"/plain/?say={number}"));
            foreach (var pid in slipwayd) Daemons.KillHard(pid);
            var all = await smarthost.ExpectAsync(8);
            Assert.Equal(["0", "1", "2", "3", "4"], all.Skip(3).Select(one => one.Content.Trim()[^1..]).Order());
            await UntilAsync(app, 8, one => Text(one, "state") == "sent");
        }
        finally
        {
            (await cli.RunAsync("server", "smarthost", "unset")).MustSucceed();
        }

        // An app with a mail server of its own gets nothing of ours.
        (await cli.RunAsync("config", "set", "EMAIL_HOST=mail.example.org", "--app", app)).MustSucceed();
        var environment = (await cli.RunAsync("run", "--app", app, "--", "env")).MustSucceed().Output;
        Assert.DoesNotContain("mail.slipway.internal", environment, StringComparison.Ordinal);
        await DestroyAsync(app);
    }

    [Fact]
    public async Task Mail_of_php_works()
    {
        const string app = "mail-php";
        using var folder = Folder.Empty(app);
        folder.Write("index.php", "<?php echo mail('ada@example.org', 'From PHP', \"Hello\\r\\n.dot\", ['X-Ship' => 'Ada']) ? 'sent' : 'not sent';\n");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        var stacks = (await cli.RunAsync("stack", "list", "--json")).MustSucceed().Output; // one of an earlier run may be older than mail()
        if (stacks.Contains("\"php8.2-cli", StringComparison.Ordinal) && !stacks.Contains("\"msmtp=", StringComparison.Ordinal)) (await cli.RunAsync("stack", "rebuild", "php")).MustSucceed();
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Equal("sent", (await site.TextAsync()).Trim());
        var mail = (await UntilAsync(app, 1, one => Text(one, "subject") == "From PHP"))[0];
        var shown = (await cli.RunAsync("mail", "show", $"{mail.GetProperty("number").GetInt32()}", "--raw", "--app", app)).MustSucceed().Output;
        Assert.Contains("X-Ship: Ada", shown, StringComparison.Ordinal);
        Assert.Contains(".dot", shown, StringComparison.Ordinal);
        Assert.Contains($"From: {app}@", shown, StringComparison.Ordinal);
        await DestroyAsync(app);
    }

    /// <summary>The newest first.</summary>
    private async Task<IReadOnlyList<JsonElement>> UntilAsync(string app, int count, Func<JsonElement, bool>? newest = null)
    {
        IReadOnlyList<JsonElement> all = [];
        await Eventually.TrueAsync(async () => (all = await MailAsync(app)).Count >= count && newest?.Invoke(all[0]) is not false, TimeSpan.FromSeconds(60), () => string.Join('\n', all));
        return all;
    }

    private async Task<IReadOnlyList<JsonElement>> MailAsync(string app)
    {
        using var json = JsonDocument.Parse((await platform.Cli.RunAsync("mail", "--json", "--app", app)).MustSucceed().Output);
        return [.. json.RootElement.EnumerateArray().Select(one => one.Clone())];
    }

    private async Task DestroyAsync(string app) => (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
