using System.Text;
using Slipway.Contracts.Api;

namespace Slipway.Control.Ejections.Recipes;

/// <summary>The README of what was taken out: three ways to run it, each step a command.</summary>
internal static class Guide
{
    public static EjectedFile File(EjectedApp app) => new("README.md", Write(app), Secret: false);

    private static string Write(EjectedApp app)
    {
        var text = new StringBuilder();
        text.Append($"# {app.Name} v{app.Release}\n\nAll of the app as it ran: its image, its settings, its data. Nothing here needs Slipway.\n\n");
        text.Append("| File | What |\n|---|---|\n| `.env` | Its environment, with its secrets. Only you may read it |\n| `image/` | Its image, an OCI layout: podman, skopeo, buildah and umoci read it |\n");
        if (app.Databases.Count > 0) text.Append("| `databases/` | A dump of each database, and what makes it anew |\n");
        if (app.Volumes.Count > 0) text.Append("| `volumes/` | The files of each volume, as a tar archive |\n");
        text.Append("| `Dockerfile`, `compose.yaml` | For Docker or Podman |\n| `systemd/`, `nginx/` | For a Linux server with nothing but Debian's programs |\n| `kubernetes/` | For a cluster; `secret.yaml` has the secrets again |\n\n");
        text.Append($"It answers at {string.Join(", ", app.Hosts)}. For other names change `SLIPWAY_DOMAINS` and `SLIPWAY_ORIGINS` in `.env` and the names in `nginx/` (`kubernetes/`); despite their names, these are only read by the app.\n");
        if (!app.Environment.ContainsKey("EMAIL_URL") && !app.Environment.ContainsKey("EMAIL_HOST"))
            text.Append("It sent mail by Slipway's relay, which stays behind. For mail add your mail server to `.env`: `EMAIL_URL=smtp://USER:PASSWORD@HOST:587/?tls=1` (Django), or `EMAIL_HOST`, `EMAIL_PORT`, `EMAIL_HOST_USER` and `EMAIL_HOST_PASSWORD` (PHP's `mail()`, others).\n");
        text.Append("Stop the app there before you let people in here, or what they write meanwhile is in one place only. Run everything below in this folder, as root.\n\n");
        Systemd(text, app);
        Compose(text, app);
        Kubernetes(text, app);
        text.Append($"## The image alone\n\nWith podman: `podman pull oci:image:latest`. With runc: `umoci unpack --image image:latest bundle`. A change of code goes on top of it:\n\n    FROM {app.Name}:v{app.Release}\n    COPY . {app.Facts.WorkingDirectory}\n");
        return text.ToString();
    }

    private static void Systemd(StringBuilder text, EjectedApp app)
    {
        var home = SystemdRecipe.Home(app);
        var packages = new[] { app.IsServed ? "nginx" : null }.Concat(app.Databases.Select(database => database.Elsewhere.Package)).OfType<string>().Distinct().ToList();
        text.Append("## With systemd and nginx\n\n");
        if (packages.Count > 0) Step(text, $"apt-get install {string.Join(' ', packages)}");
        Step(text, $"mkdir -p {home}/root {string.Concat(app.Volumes.Keys.Order(StringComparer.Ordinal).Select(volume => $"{home}/volumes/{volume} "))}".TrimEnd());
        foreach (var layer in app.Layers) Step(text, $"tar --extract --numeric-owner --same-owner --file {layer.Path} --directory {home}/root");
        foreach (var volume in app.Volumes.Keys.Order(StringComparer.Ordinal)) Step(text, $"tar --extract --numeric-owner --same-owner --file volumes/{volume}.tar --directory {home}/volumes/{volume}");
        Step(text, $"install -m 600 .env {home}/.env");
        foreach (var host in app.Databases.Select(database => database.Host)) Step(text, $"echo '127.0.0.1 {host}' >> /etc/hosts");
        foreach (var database in app.Databases)
            foreach (var step in database.Elsewhere.DebianSteps) Step(text, step.Replace("{create}", database.Create, StringComparison.Ordinal).Replace("{dump}", database.Dump, StringComparison.Ordinal));
        Step(text, "cp systemd/* /etc/systemd/system/");
        if (app.IsServed) Step(text, $"cp nginx/{app.Name}.conf /etc/nginx/conf.d/");
        Step(text, "systemctl daemon-reload");
        var units = app.Processes.SelectMany(process => Enumerable.Range(1, process.Quantity).Select(number => $"{app.Name}-{process.Name}@{number}")).Concat(app.Cron.Select(cron => $"{app.Name}-cron-{cron.Name}.timer")).ToList();
        if (units.Count > 0) Step(text, $"systemctl enable --now {string.Join(' ', units)}");
        if (app.IsServed) Step(text, "systemctl reload nginx");
        text.Append('\n');
        if (app.ReleaseCommand is not null) text.Append($"After a change of code, `systemctl start {app.Name}-release` does what a release did first. ");
        if (app.Databases.DistinctBy(database => database.Kind.ServerNoun).Count() < app.Databases.Count) text.Append("Two servers of a kind cannot have one port: give the second another, and change it in `.env`. ");
        text.Append(app.HttpsOnly ? "It was served over HTTPS alone: get a certificate first (`certbot --nginx`).\n\n" : "For HTTPS: `certbot --nginx`, then `SLIPWAY_TLS=1` in `.env`.\n\n");
    }

    private static void Compose(StringBuilder text, EjectedApp app)
    {
        text.Append("## With Docker or Podman\n\n");
        Step(text, "docker compose build");
        if (app.Databases.Count > 0) Step(text, $"docker compose up -d {string.Join(' ', app.Databases.Select(database => database.Host))}   # and wait until they answer");
        foreach (var database in app.Databases.Where(database => database.Elsewhere.KeepsData)) Step(text, $"docker compose exec -T {database.Host} {string.Join(' ', database.Elsewhere.Load)} < {database.Dump}");
        foreach (var volume in app.Volumes.OrderBy(one => one.Key, StringComparer.Ordinal))
            Step(text, $"docker compose run --rm --no-deps -T --user 0:0 {(app.Web is null ? app.Processes[0].Name : "web-1")} tar --extract --numeric-owner --directory {volume.Value} < volumes/{volume.Key}.tar");
        foreach (var redis in app.Databases.Where(database => database.Kind is Addons.Redis && database.Elsewhere.KeepsData)) Step(text, $"docker compose restart {redis.Host}");
        Step(text, "docker compose up -d");
        if (app.ReleaseCommand is not null) text.Append("\nAfter a change of code: `docker compose run --rm release`.");
        if (app.Cron.Count > 0) text.Append("\n`compose.crontab` runs its jobs at their times: put this folder's path in it, and copy it to `/etc/cron.d/`.");
        text.Append("\n\n");
    }

    private static void Kubernetes(StringBuilder text, EjectedApp app)
    {
        text.Append($"## With Kubernetes\n\nPut your registry in place of `{KubernetesRecipe.Registry}` in `kubernetes/*.yaml`.\n\n");
        Step(text, $"skopeo copy oci:image:latest docker://{KubernetesRecipe.Registry}/{app.Name}:v{app.Release}");
        if (app.IsServed) Step(text, $"docker build --target front --tag {KubernetesRecipe.Registry}/{app.Name}-front:v{app.Release} . && docker push {KubernetesRecipe.Registry}/{app.Name}-front:v{app.Release}");
        Step(text, "kubectl apply -f kubernetes/secret.yaml");
        if (app.Volumes.Count + app.Databases.Count > 0) Step(text, "kubectl apply -f kubernetes/data.yaml");
        foreach (var database in app.Databases.Where(database => database.Elsewhere.KeepsData)) Step(text, $"kubectl -n {app.Name} exec -i deploy/{database.Host} -- {string.Join(' ', database.Elsewhere.Load)} < {database.Dump}");
        Step(text, "kubectl apply -f kubernetes/app.yaml");
        foreach (var volume in app.Volumes.OrderBy(one => one.Key, StringComparer.Ordinal))
            Step(text, $"kubectl -n {app.Name} exec -i deploy/{(app.Web is null ? app.Processes[0].Name : "web")} -c {(app.Web is null ? app.Processes[0].Name : "web")} -- tar --extract --no-same-owner --no-overwrite-dir --directory {volume.Value} < volumes/{volume.Key}.tar");
        if (app.ReleaseCommand is not null) text.Append("\nAfter a change of code: `kubectl apply -f kubernetes/release.yaml`.");
        text.Append(app.Volumes.Count > 0 ? "\nA volume that pods on several nodes share needs `accessModes: [ReadWriteMany]`.\n\n" : "\n\n");
    }

    private static void Step(StringBuilder text, string command) => text.Append("    ").Append(command).Append('\n');
}
