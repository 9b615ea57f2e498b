using System.Globalization;
using System.Text;
using Slipway.Contracts.Api;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Ejections.Recipes;

/// <summary>A Dockerfile of the layers that ran, and a compose file of all that the app consists of.</summary>
internal static class ContainerRecipe
{
    public static IEnumerable<EjectedFile> Files(EjectedApp app)
    {
        yield return new EjectedFile("Dockerfile", Dockerfile(app), Secret: false);
        yield return new EjectedFile(".dockerignore", "*\n!image\n", Secret: false);
        yield return new EjectedFile("compose.yaml", Compose(app), Secret: false);
        if (app.IsServed) yield return new EjectedFile("nginx/compose.conf", NginxConfig.Write(app, new NginxPlace([.. Webs(app).Select(number => app.ListensOnSocket ? $"unix:/run/web-{number}/web.sock" : $"web-{number}:{app.Web!.Environment.GetValueOrDefault("PORT", "5000")}")], "/srv/app", "/srv/volumes")), Secret: false);
        if (app.Cron.Count > 0) yield return new EjectedFile("compose.crontab", Crontab(app), Secret: false);
        foreach (var database in app.Databases) yield return new EjectedFile(database.EnvironmentFile, EnvFile.Write([], database.Elsewhere.Environment), Secret: true);
    }

    private static IEnumerable<int> Webs(EjectedApp app) => app.Web is { } web ? Enumerable.Range(1, Math.Max(1, web.Quantity)) : [];

    private static string Dockerfile(EjectedApp app)
    {
        var text = new StringBuilder($"# {app.Name} v{app.Release}: the layers that ran. ADD takes a tar archive apart.\nFROM scratch AS app\n");
        foreach (var layer in app.Layers) text.Append($"ADD {layer.Path} /\n");
        foreach (var (key, value) in app.ImageEnvironment.OrderBy(one => one.Key, StringComparer.Ordinal)) text.Append($"ENV {key}={Text.Quote(value).Replace("$", "\\$", StringComparison.Ordinal)}\n");
        text.Append(CultureInfo.InvariantCulture, $"USER {app.Uid}:{app.Uid}\nWORKDIR {app.Facts.WorkingDirectory}\n");
        if (app.Web is { } web) text.Append($"CMD {Text.List(web.Command)}\n");
        if (!app.IsServed) return text.ToString();
        text.Append("\n# What stands before it: static files, headers.\nFROM docker.io/library/nginx:stable AS front\n");
        foreach (var folder in app.Facts.Static.Values.Concat(app.Facts.Site is { } site ? [site.Directory] : []).Distinct()) text.Append($"COPY --from=app {folder} /srv/app{folder}\n");
        return text.ToString();
    }

    private static string Compose(EjectedApp app)
    {
        var text = new StringBuilder();
        text.Append($"name: {app.Name}\n\nx-app: &app\n  image: {app.Name}:v{app.Release}\n  build:\n    context: .\n    target: app\n  env_file: [.env]\n  init: true\n  restart: unless-stopped\n  security_opt: [\"no-new-privileges:true\"]\n");
        if (app.Databases.Count > 0) text.Append($"  depends_on: {Text.List(app.Databases.Select(database => database.Host))}\n");
        text.Append("\nservices:\n");
        foreach (var database in app.Databases)
        {
            text.Append($"  {database.Host}:\n    image: {database.Elsewhere.Image}\n    env_file: [{database.EnvironmentFile}]\n    restart: unless-stopped\n    volumes: [\"{database.Host}-data:{database.Elsewhere.DataFolder}\"]\n");
            if (database.Elsewhere.Command.Count > 0) text.Append($"    command: {Command(database.Elsewhere.Command)}\n");
            text.Append('\n');
        }

        foreach (var number in Webs(app)) Service(text, app, $"web-{number}", app.Web!.Command, app.Web.Environment, app.Web.Limits, null, [$"run-web-{number}:/run/slipway"], $"web.{number}");
        foreach (var process in app.Processes.Where(process => process.Type != "web"))
            Service(text, app, process.Name, process.Command, process.Environment, process.Limits, string.Create(CultureInfo.InvariantCulture, $"    scale: {process.Quantity}\n"), [], $"{process.Type}.1");
        // Only when asked for: docker compose run --rm NAME
        const string job = "    profiles: [jobs]\n    restart: \"no\"\n";
        if (app.ReleaseCommand is { } release) Service(text, app, "release", release, new Dictionary<string, string>(), Instances.InstanceSize.Default.Limits, job, [], "release.1");
        foreach (var cron in app.Cron) Service(text, app, "cron-" + cron.Name, cron.Command, new Dictionary<string, string>(), cron.Limits, job, [], "cron.1");
        if (app.IsServed) Front(text, app);

        var volumes = app.Volumes.Keys.Order(StringComparer.Ordinal).Select(volume => $"  {volume}:\n").Concat(app.Databases.Select(database => $"  {database.Host}-data:\n"))
            // Sockets: a small file system of the app's own user.
            .Concat(Webs(app).Select(number => string.Create(CultureInfo.InvariantCulture, $"  run-web-{number}:\n    driver_opts: {{type: tmpfs, device: tmpfs, o: \"size=1m,mode=755,uid={app.Uid},gid={app.Uid}\"}}\n"))).ToList();
        if (volumes.Count > 0) text.Append($"volumes:\n{string.Concat(volumes)}");
        return text.ToString();
    }

    private static void Service(
        StringBuilder text, EjectedApp app, string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> own, ResourceLimits limits, string? more, IEnumerable<string> mounts, string instance)
    {
        text.Append($"  {name}:\n    <<: *app\n    command: {Command(command)}\n");
        text.Append(string.Create(CultureInfo.InvariantCulture, $"    mem_limit: {limits.MemoryBytes >> 20}m\n    cpus: {limits.CpuMillis / 1000.0}\n    pids_limit: {limits.Pids}\n"));
        text.Append("    environment:\n");
        foreach (var (key, value) in new Dictionary<string, string>(own) { ["SLIPWAY_INSTANCE"] = instance }.OrderBy(one => one.Key, StringComparer.Ordinal)) text.Append($"      {key}: {Dollars(Text.Quote(value))}\n");
        var volumes = app.Volumes.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}:{one.Value}").Concat(mounts).ToList();
        if (volumes.Count > 0) text.Append($"    volumes: {Text.List(volumes)}\n");
        text.Append(more).Append('\n');
    }

    private static void Front(StringBuilder text, EjectedApp app)
    {
        var volumes = new List<string> { "./nginx/compose.conf:/etc/nginx/conf.d/default.conf:ro" };
        volumes.AddRange(app.Facts.PublicVolumes.Values.Distinct().Select(volume => $"{volume}:/srv/volumes/{volume}:ro"));
        volumes.AddRange(Webs(app).Select(number => $"run-web-{number}:/run/web-{number}"));
        text.Append($"  front:\n    image: {app.Name}-front:v{app.Release}\n    build:\n      context: .\n      target: front\n    restart: unless-stopped\n    ports: [\"80:80\"]\n    volumes: {Text.List(volumes)}\n");
        if (app.Web is not null) text.Append($"    depends_on: {Text.List(Webs(app).Select(number => $"web-{number}"))}\n");
        text.Append('\n');
    }

    private static string Crontab(EjectedApp app)
    {
        var text = new StringBuilder("# For /etc/cron.d: in the folder where compose.yaml is. cron takes the server's own time zone, unless CRON_TZ says another.\n");
        foreach (var cron in app.Cron) text.Append($"CRON_TZ={cron.Entry.TimeZone}\n{cron.Entry.Schedule} root cd FOLDER && docker compose run --rm cron-{cron.Name}\n");
        return text.ToString();
    }

    private static string Command(IEnumerable<string> words) => Dollars(Text.List(words));

    /// <summary>compose would look up what follows one.</summary>
    private static string Dollars(string text) => text.Replace("$", "$$", StringComparison.Ordinal);
}
