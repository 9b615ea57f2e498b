using System.Diagnostics;

namespace Slipway.Bench;

/// <summary>The same site served as one would by hand: a virtual environment, a PostgreSQL of its own, gunicorn.</summary>
internal sealed class ByHand : IAsyncDisposable
{
    private const int WebPort = 18971;
    private const int DatabasePort = 18972;

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("slipway-byhand-");
    private Process? _database;

    private string Environment => Path.Combine(_temporary.FullName, "venv");

    private string Data => Path.Combine(_temporary.FullName, "data");

    private static string PostgresFolder => Directory.GetDirectories("/usr/lib/postgresql").Order().Last() + "/bin";

    /// <summary>Seconds of <c>python -m venv</c> and <c>pip install</c>, everything in pip's cache.</summary>
    public Task<double> InstallAsync(DjangoSite site, string index) => Measure.SecondsAsync(async () =>
    {
        if (Directory.Exists(Environment)) Directory.Delete(Environment, recursive: true);
        await Programs.RunAsync("python3", ["-m", "venv", Environment]);
        await Programs.RunAsync(Path.Combine(Environment, "bin/pip"), ["install", "--quiet", "--index-url", index, "-r", Path.Combine(site.Folder, "requirements.txt")],
            environment: new Dictionary<string, string> { ["PIP_FIND_LINKS"] = "", ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1" });
    });

    public async Task StartDatabaseAsync()
    {
        Directory.CreateDirectory(Data);
        await Programs.RunAsync("chown", ["-R", "postgres", _temporary.FullName]);
        File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);
        await AsPostgresAsync("initdb", "-D", Data, "--no-sync", "-A", "trust");
        _database = Programs.Start("runuser", ["-u", "postgres", "--", $"{PostgresFolder}/postgres", "-D", Data, "-p", $"{DatabasePort}", "-k", _temporary.FullName, "-h", "127.0.0.1"]);
        for (var tried = 0; ; tried++)
        {
            try
            {
                await AsPostgresAsync("createdb", "-h", "127.0.0.1", "-p", $"{DatabasePort}", "site");
                return;
            }
            catch (InvalidOperationException) when (tried < 100)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>The floor of a redeploy: collectstatic with nothing new, migrate with nothing to do, gunicorn until its first answer.</summary>
    public async Task<double> RedeployAsync(DjangoSite site)
    {
        await File.WriteAllTextAsync(Path.Combine(site.Folder, "byhand.py"), $$"""
            from site1.settings import *

            DEBUG = False
            ALLOWED_HOSTS = ["*"]
            STATIC_ROOT = "{{_temporary.FullName}}/static"
            DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "site", "USER": "postgres", "HOST": "127.0.0.1", "PORT": {{DatabasePort}} } }

            """);
        var settings = new Dictionary<string, string> { ["DJANGO_SETTINGS_MODULE"] = "byhand" };
        Process? web = null;
        try
        {
            return await Measure.SecondsAsync(async () =>
            {
                await Programs.RunAsync(Path.Combine(Environment, "bin/python"), ["manage.py", "collectstatic", "--noinput"], site.Folder, settings);
                await Programs.RunAsync(Path.Combine(Environment, "bin/python"), ["manage.py", "migrate", "--noinput"], site.Folder, settings);
                web = Programs.Start(Path.Combine(Environment, "bin/gunicorn"), ["--bind", $"127.0.0.1:{WebPort}", "--workers", "2", "site1.wsgi"], site.Folder, settings);
                await Measure.UntilAnsweredAsync("127.0.0.1", WebPort, site.Text);
            });
        }
        finally
        {
            File.Delete(Path.Combine(site.Folder, "byhand.py"));
            if (web is not null) await StopAsync(web);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await StopAsync(_database);
        _temporary.Delete(recursive: true);
    }

    private static async Task StopAsync(Process process)
    {
        await Programs.RunAsync("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static Task<string> AsPostgresAsync(string program, params string[] arguments) =>
        Programs.RunAsync("runuser", ["-u", "postgres", "--", $"{PostgresFolder}/{program}", .. arguments]);
}
