using System.Globalization;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;
using Slipway.Tests;

namespace Slipway.SystemTests.Stories;

/// <summary>People are told, by real mail, of what happens on a real server: each thing once, with its diagnosis.</summary>
public sealed class AlertStories(Platform platform)
{
    private const string App = "watched", Address = "watch@example.org";

    [Fact]
    public async Task An_error_a_crash_loop_and_a_failed_deploy_are_told_once_and_end()
    {
        await using var mail = await SmtpServer.StartAsync();
        using var folder = Folder.Empty();
        folder.Write("requirements.txt", "Flask\ngunicorn\n");
        folder.Write("Procfile", "web: gunicorn app:app --bind 0.0.0.0:$PORT\nworker: python worker.py\n");
        folder.Write("app.py", "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get(\"/\")\ndef index():\n    return \"It works.\"\n\n\n@app.get(\"/order\")\ndef order():\n    raise ValueError(\"no such order\")\n");
        folder.Write("worker.py", "import time\n\ntime.sleep(3)  # so that it is up once\nimport requests\n");
        (await platform.Cli.RunAsync("server", "smarthost", "set", $"127.0.0.1:{mail.Port}", "--tls", "none", "--from", "slipway@example.org")).MustSucceed();
        try
        {
            (await platform.Cli.RunAsync("create", App)).MustSucceed();
            (await platform.Cli.RunAsync("alerts", "add", Address, "--app", App)).MustSucceed();
            (await platform.Cli.RunAsync("deploy", folder.Path, "--app", App)).MustSucceed();

            using var site = platform.Site(App);
            for (var at = 0; at < 5; at++) (await site.GetAsync("/order")).Dispose();
            var error = await CameAsync(mail, $"{App}: ValueError: no such order");
            Assert.Contains("app.py:13", error.Content);

            (await platform.Cli.RunAsync("scale", "worker=1", "--app", App)).MustSucceed();
            var loop = await CameAsync(mail, "crashes again and again");
            Assert.Contains("+requests", loop.Content);
            Assert.Contains($"slipway fix --app {App}", loop.Content);
            Assert.Null((await AlertAsync(AlertKind.CrashLoop))!.OverAt);

            folder.Write("app.py", "import nothing_of_that_name\n");
            Assert.NotEqual(0, (await platform.Cli.RunAsync("deploy", folder.Path, "--app", App)).ExitCode);
            var failed = await CameAsync(mail, "a deploy failed");
            Assert.Contains("nothing_of_that_name", failed.Content);

            folder.Write("app.py", "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get(\"/\")\ndef index():\n    return \"It works.\"\n");
            folder.Write("worker.py", "import time\n\nwhile True:\n    time.sleep(60)\n");
            (await platform.Cli.RunAsync("deploy", folder.Path, "--app", App)).MustSucceed();
            await UntilAsync(async () => (await AlertAsync(AlertKind.CrashLoop))!.OverAt is not null, TimeSpan.FromMinutes(2));
            // Each of them once: the error came five times, and the worker crashed all the while.
            var own = mail.Came.Where(one => one.To.SequenceEqual([Address])).ToList();
            Assert.Single(own, one => one.Content.Contains("Subject: [slipway] watched: ValueError", StringComparison.Ordinal));
            Assert.Single(own, one => one.Content.Contains("Subject: [slipway] watched crashes again", StringComparison.Ordinal));
        }
        finally
        {
            await platform.Cli.RunAsync("server", "smarthost", "unset");
            await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App);
        }
    }

    [Fact]
    public async Task A_database_that_nobody_backs_up_and_a_certificate_that_ends_are_told_to_the_admin()
    {
        const string host = "watched.example.org";
        await using var mail = await SmtpServer.StartAsync();
        using var folder = Folder.Empty();
        folder.Write("index.html", "<p>It works.</p>");
        (await platform.Cli.RunAsync("server", "smarthost", "set", $"127.0.0.1:{mail.Port}", "--tls", "none", "--from", "slipway@example.org")).MustSucceed();
        try
        {
            (await platform.Cli.RunAsync("create", App)).MustSucceed();
            (await platform.Cli.RunAsync("alerts", "add", Address)).MustSucceed();
            (await platform.Cli.RunAsync("deploy", folder.Path, "--app", App)).MustSucceed();
            (await platform.Cli.RunAsync("addons", "create", "postgresql", "--app", App)).MustSucceed();
            (await platform.Cli.RunAsync("domains", "add", host, "--app", App)).MustSucceed();
            (await Run.ProgramAsync("openssl",
                ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "5", "-subj", "/CN=" + host, "-addext", "subjectAltName=DNS:" + host, "-keyout", "www.key", "-out", "www.crt"],
                folder.Path)).MustSucceed();
            (await platform.Cli.In(folder.Path).RunAsync("certs", "add", "www.crt", "www.key", "--app", App)).MustSucceed();
            await AgeAsync(TimeSpan.FromDays(3));

            // It looks a minute after its start, and then every ten.
            Daemons.Terminate(Assert.Single(Daemons.Control(platform)));
            Assert.Contains("backup_absent", (await CameAsync(mail, "has no backup")).Content);
            Assert.Contains(host, (await CameAsync(mail, $"The certificate of {host} ends")).Content);
            Assert.Single(mail.Came, one => one.Content.Contains("backup_absent", StringComparison.Ordinal));
        }
        finally
        {
            await platform.Cli.RunAsync("alerts", "remove", Address);
            await platform.Cli.RunAsync("server", "smarthost", "unset");
            await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App);
        }
    }

    /// <summary>Makes the app's database older than it is: nobody waits for days.</summary>
    private async Task AgeAsync(TimeSpan by)
    {
        const string older = """
            import sqlite3, sys
            store = sqlite3.connect(sys.argv[1], timeout=30)
            changed = store.execute('update Addons set CreatedAt = ? where AppId = (select Id from Apps where Name = ? and DestroyedAt is null)', (sys.argv[3], sys.argv[2]))
            assert changed.rowcount == 1, changed.rowcount
            store.commit()
            """;
        (await Run.ProgramAsync("/usr/bin/python3", ["-c", older, Path.Combine(platform.Config.ControlDirectory, "slipway.db"), App, (DateTime.UtcNow - by).ToString("yyyy-MM-ddTHH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)])).MustSucceed();
    }

    private async Task<Alert?> AlertAsync(AlertKind kind) =>
        JsonSerializer.Deserialize((await platform.Cli.RunAsync("alerts", "--app", App, "--json")).MustSucceed().Output, ContractsJson.Default.IReadOnlyListAlert)!.FirstOrDefault(one => one.Kind == kind);

    private static async Task<CameMail> CameAsync(SmtpServer mail, string words)
    {
        // A long subject is folded.
        bool Has(CameMail one) => one.Content.Replace("\r", "", StringComparison.Ordinal).Replace("\n ", " ", StringComparison.Ordinal).Contains(words, StringComparison.Ordinal);
        await UntilAsync(() => Task.FromResult(mail.Came.Any(Has)), TimeSpan.FromMinutes(2));
        return mail.Came.First(Has);
    }

    private static async Task UntilAsync(Func<Task<bool>> there, TimeSpan patience)
    {
        var until = DateTime.UtcNow + patience;
        while (!await there())
        {
            Assert.True(DateTime.UtcNow < until, "It did not come.");
            await Task.Delay(500);
        }
    }
}
