using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Images;

namespace Slipway.Control.Instances;

/// <summary>What of an app goes into its instances besides the release.</summary>
/// <param name="Secrets">Made once for the app: <c>SECRET_KEY</c>.</param>
/// <param name="Links">Add-ons that it may reach: host name → address.</param>
internal sealed record AppSurroundings(
    AppName App, int Uid, IReadOnlyList<DomainName> Hosts, IReadOnlyDictionary<string, string> Secrets,
    IReadOnlyList<Mount> Volumes, IReadOnlyDictionary<string, int> Links)
{
    public bool HttpsOnly { get; init; }

    public int HttpPort { get; init; } = 80;

    /// <summary>0: the server serves no HTTPS.</summary>
    public int HttpsPort { get; init; }

    /// <summary>Where browsers see the app: <c>https://www.example.org:8443</c>, each host with each way that it is served.</summary>
    public IEnumerable<string> Origins =>
        Hosts.SelectMany(host => new[]
        {
            HttpsOnly ? null : $"http://{host}{(HttpPort == 80 ? "" : $":{HttpPort}")}",
            HttpsPort == 0 ? null : $"https://{host}{(HttpsPort == 443 ? "" : $":{HttpsPort}")}",
        }).OfType<string>();

    /// <summary>Where Sentry's SDKs in the app send errors, unless it has a place of its own; null for nowhere.</summary>
    public Uri? Dsn { get; init; }

    /// <summary>How it sends mail, unless it has a mail server of its own; null where the server takes none.</summary>
    public AppMail? Mail { get; init; }

    /// <summary>What the app is told of itself in Heroku's words, where it asked for that (<see cref="Apps.AppFeature.Metadata"/>).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>Turns app + release + process type into what the runner starts.</summary>
internal static class InstanceSpecs
{
    /// <summary>Where a web process listens, unless it takes the socket or its image says otherwise: <c>$PORT</c>.</summary>
    public const int WebPort = 5000;

    public const string SocketFile = "web.sock";

    private const int Term = 15;

    /// <summary>Stands in specs that were not started yet.</summary>
    public static readonly InstanceId NoId = InstanceId.Parse("not-started");

    public static InstanceSpec Process(AppSurroundings app, ReleaseContent release, ProcessType type, int number, InstanceSize size)
    {
        var name = $"{type.Value.ToLowerInvariant()}.{number}";
        var environment = Environment(app, release, name, size, isWeb: type.Value == "web");
        return Spec(app, release, name, InstanceKind.Process, size, environment, Arguments(release.ProcessTypes[type.Value], environment));
    }

    /// <param name="name"><c>run.4821</c></param>
    /// <param name="command">One word is a command line; several are an argument list already.</param>
    public static InstanceSpec OneOff(
        AppSurroundings app, ReleaseContent release, string name, IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> extra, InstanceSize size, TerminalSize? terminal)
    {
        var environment = Environment(app, release, name, size, isWeb: false);
        foreach (var (key, value) in extra)
            if (!ConfigKey.IsReserved(key)) environment[key] = value;
        if (terminal is not null) environment.TryAdd("TERM", "xterm-256color");
        var arguments = command is [var line] ? ProcessCommand.Parse(line, environment) : command;
        return Spec(app, release, name, InstanceKind.OneOff, size, environment, arguments) with { Terminal = terminal };
    }

    private static InstanceSpec Spec(
        AppSurroundings app, ReleaseContent release, string name, InstanceKind kind, InstanceSize size,
        IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> command) => new()
        {
            Id = NoId,
            App = app.App,
            Name = name,
            Kind = kind,
            Release = release.Version,
            Uid = app.Uid,
            Layers = release.Layers,
            Command = command,
            Environment = environment,
            WorkingDirectory = release.Facts.WorkingDirectory,
            Limits = size.Limits,
            Network = NetworkMode.Internet,
            Links = app.Mail is { } mail && mail.IsUsedBy(environment) ? new Dictionary<string, int>(app.Links) { [mail.Host] = mail.Address } : app.Links,
            Mounts = app.Volumes,
            StopSignal = release.Facts.Container?.StopSignal ?? Term,
        };

    // A line that cannot be taken apart is left to the shell, which says so in the app's log: one app's mistake must not
    // stop the planner from reading the others.
    private static IReadOnlyList<string> Arguments(string line, IReadOnlyDictionary<string, string> environment)
    {
        try
        {
            return ProcessCommand.Parse(line, environment);
        }
        catch (SlipwayException)
        {
            return ["/bin/sh", "-c", line];
        }
    }

    /// <summary>What an image brings, whatever app and release it is run for.</summary>
    public static Dictionary<string, string> ImageEnvironment(ImageFacts facts)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/venv/bin:/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = "/app",
            ["LANG"] = "C.UTF-8",
        };
        foreach (var (key, value) in facts.Environment) all[key] = value;
        return all;
    }

    // Each beats those before it. What tells the app about the platform cannot be taken by a config var: the routes rely on it.
    private static Dictionary<string, string> Environment(AppSurroundings app, ReleaseContent release, string name, InstanceSize size, bool isWeb)
    {
        var all = ImageEnvironment(release.Facts);
        all.TryAdd("SENTRY_RELEASE", $"v{release.Version}");
        all.TryAdd("SENTRY_ENVIRONMENT", "production");
        if (app.Dsn is { } dsn) all.TryAdd("SENTRY_DSN", dsn.ToString());
        if (isWeb) all["WEB_CONCURRENCY"] = (release.Facts.Serving is { Interface: "asgi" } ? size.Cpus : size.WebConcurrency).ToString();
        Add(app.Metadata);
        if (app.Metadata.Count > 0) all["HEROKU_RELEASE_VERSION"] = $"v{release.Version}";
        Add(app.Secrets); // as SECRET_KEY too: settings that read the environment find it there
        foreach (var (key, value) in release.ConfigVars)
            if (!ConfigKey.IsReserved(key)) all[key] = value;

        app.Mail?.AddTo(all);
        foreach (var (key, value) in app.Secrets) all["SLIPWAY_" + key] = value;
        all["SLIPWAY_APP"] = app.App.Value;
        all["SLIPWAY_RELEASE"] = $"v{release.Version}";
        all["SLIPWAY_INSTANCE"] = name;
        all["SLIPWAY_DOMAINS"] = string.Join(',', app.Hosts.Select(host => host.Value));
        all["SLIPWAY_ORIGINS"] = string.Join(',', app.Origins);
        all["SLIPWAY_TLS"] = app.HttpsOnly ? "1" : "0";
        if (isWeb)
        {
            all["SLIPWAY_SOCKET"] = "/run/slipway/" + SocketFile;
            all["PORT"] = (release.Facts.Container?.Port ?? WebPort).ToString();
        }

        return all;

        void Add(IReadOnlyDictionary<string, string> some)
        {
            foreach (var (key, value) in some) all[key] = value;
        }
    }
}
