using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Addons;
using Slipway.Control.Cron;
using Slipway.Control.Ejections;
using Slipway.Control.Images;

namespace Slipway.Control.Tests.Ejections;

/// <summary>An app with some of everything.</summary>
internal static class Boats
{
    private static readonly ResourceLimits Limits = new(512L << 20, 1000, 256, 2L << 30);

    public static EjectedApp App { get; } = new()
    {
        Name = "boats",
        Release = 7,
        Uid = 200_001,
        Hosts = [DomainName.Parse("boats.localhost"), DomainName.Parse("www.example.org")],
        HttpsOnly = false,
        Facts = new ImageFacts
        {
            WorkingDirectory = "/app",
            Static = new Dictionary<string, string> { ["/static/"] = "/slipway/static" },
            PublicVolumes = new Dictionary<string, string> { ["/media/"] = "media" },
            Headers = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["/"] = new Dictionary<string, string> { ["X-Price"] = "5$ \"net\"" } },
        },
        Layers = [new EjectedLayer(Digest.Parse("sha256:" + new string('a', 64)), new string('1', 64), 100), new EjectedLayer(Digest.Parse("sha256:" + new string('b', 64)), new string('2', 64), 200)],
        ImageEnvironment = new Dictionary<string, string> { ["PATH"] = "/venv/bin:/usr/bin", ["LANG"] = "C.UTF-8" },
        Environment = new Dictionary<string, string> { ["SECRET_KEY"] = "it's $100 \"now\"", ["SLIPWAY_DOMAINS"] = "boats.localhost" },
        Processes =
        [
            new EjectedProcess("web", 2, Limits, ["/bin/sh", "-c", "exec gunicorn --bind unix:$SLIPWAY_SOCKET boats.wsgi"], new Dictionary<string, string> { ["PORT"] = "5000", ["SLIPWAY_INSTANCE"] = "web.1", ["SLIPWAY_SOCKET"] = "/run/slipway/web.sock" }),
            new EjectedProcess("worker", 1, Limits, ["celery", "-A", "boats", "worker", "-n", "100%i"], new Dictionary<string, string> { ["SLIPWAY_INSTANCE"] = "worker.1" }),
        ],
        ReleaseCommand = ["python", "manage.py", "migrate"],
        Cron = [new EjectedCron(new CronEntry { Name = "Night work", Command = "python night.py", Schedule = "30 3 * * 1-5", TimeZone = "Europe/Berlin" }, ["python", "night.py"], Limits)],
        Volumes = new Dictionary<string, string> { ["media"] = "/app/media" },
        Databases = [.. AddonKind.All.Select(kind => new EjectedDatabase(kind.ServerNoun.ToUpperInvariant(), Guid.NewGuid(), kind, kind.Plans[0].Name, kind.ServerNoun, kind.UrlOf(kind.ServerNoun, "app_boats", "sea1")))],
        ListensOnSocket = true,
    };
}
