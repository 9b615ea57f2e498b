using System.Globalization;
using System.Text;
using Slipway.Contracts.Api;
using Slipway.Contracts.Runner;
using Slipway.Control.Cron;

namespace Slipway.Control.Ejections.Recipes;

/// <summary>Manifests for <c>kubectl apply</c>: plain objects of Kubernetes' own, nothing to install first.</summary>
internal static class KubernetesRecipe
{
    /// <summary>Stands for the registry that the images are pushed to.</summary>
    public const string Registry = "registry.example.org";

    private const string Next = "---\n";

    public static IEnumerable<EjectedFile> Files(EjectedApp app)
    {
        yield return new EjectedFile("kubernetes/secret.yaml", Secrets(app), Secret: true);
        if (app.Volumes.Count + app.Databases.Count > 0) yield return new EjectedFile("kubernetes/data.yaml", Data(app), Secret: false);
        if (app.ReleaseCommand is { } release) yield return new EjectedFile("kubernetes/release.yaml", Job(app, "release", release, Instances.InstanceSize.Default.Limits), Secret: false);
        yield return new EjectedFile("kubernetes/app.yaml", App(app), Secret: false);
    }

    private static string Secrets(EjectedApp app)
    {
        var text = new StringBuilder($"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {app.Name}}}\n");
        Secret(app.Name, app.Environment);
        foreach (var database in app.Databases) Secret(database.Host, database.Elsewhere.Environment);
        return text.ToString();

        void Secret(string name, IReadOnlyDictionary<string, string> values)
        {
            text.Append($"{Next}apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: {app.Name}}}\nstringData:{(values.Count == 0 ? " {}" : "")}\n");
            foreach (var (key, value) in values.OrderBy(one => one.Key, StringComparer.Ordinal)) text.Append($"  {key}: {Text.Quote(value)}\n");
        }
    }

    private static string Data(EjectedApp app)
    {
        var parts = app.Volumes.Keys.Order(StringComparer.Ordinal).Select(volume => Claim(app, volume)).ToList();
        foreach (var database in app.Databases)
        {
            var command = database.Elsewhere.Command.Count == 0 ? "" : $"          args: {Text.List(database.Elsewhere.Command)}\n";
            parts.Add(Claim(app, database.Host + "-data"));
            parts.Add($$$"""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: {{{database.Host}}}, namespace: {{{app.Name}}}}
                spec:
                  strategy: {type: Recreate}
                  selector: {matchLabels: {app: {{{database.Host}}}}}
                  template:
                    metadata: {labels: {app: {{{database.Host}}}}}
                    spec:
                      containers:
                        - name: server
                          image: {{{database.Elsewhere.Image}}}
                          envFrom: [{secretRef: {name: {{{database.Host}}}}}]
                          volumeMounts: [{name: data, mountPath: {{{database.Elsewhere.DataFolder}}}, subPath: data}]

                """ + command + $"      volumes: [{{name: data, persistentVolumeClaim: {{claimName: {database.Host}-data}}}}]\n");
            parts.Add($"apiVersion: v1\nkind: Service\nmetadata: {{name: {database.Host}, namespace: {app.Name}}}\nspec:\n  selector: {{app: {database.Host}}}\n  ports: [{{port: {database.Url.Port}}}]\n");
        }

        return string.Join(Next, parts);
    }

    private static string Claim(EjectedApp app, string name) =>
        $"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}, namespace: {app.Name}}}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {{requests: {{storage: 5Gi}}}}\n";

    private static string App(EjectedApp app)
    {
        var parts = new List<string>();
        if (app.IsServed)
        {
            var port = app.Web?.Environment.GetValueOrDefault("PORT", "5000");
            var nginx = NginxConfig.Write(app, new NginxPlace([app.ListensOnSocket ? "unix:/run/web/web.sock" : $"127.0.0.1:{port}"], "/srv/app", "/srv/volumes"));
            parts.Add($"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: front, namespace: {app.Name}}}\ndata:\n  default.conf: |\n{Text.Indent(4, nginx)}");
            parts.Add(Deployment(app, "web", Math.Max(1, app.Web?.Quantity ?? 1), Containers(app, app.Web, front: true), Volumes(app, isWeb: true)));
            parts.Add($"apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: {app.Name}}}\nspec:\n  selector: {{app: web}}\n  ports: [{{port: 80}}]\n");
            parts.Add($"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {app.Name}, namespace: {app.Name}}}\nspec:\n  rules:\n"
                + string.Concat(app.Hosts.Select(host => $"    - host: {host}\n      http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}\n")));
        }

        parts.AddRange(app.Processes.Where(process => process.Type != "web").Select(process => Deployment(app, process.Name, process.Quantity, Containers(app, process, front: false), Volumes(app, isWeb: false))));
        parts.AddRange(app.Cron.Select(cron => Cron(app, cron)));
        return string.Join(Next, parts);
    }

    private static string Deployment(EjectedApp app, string name, int replicas, string containers, string volumes) =>
        string.Create(CultureInfo.InvariantCulture, $"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {app.Name}}}\nspec:\n  replicas: {replicas}\n")
        + $"  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      enableServiceLinks: false\n      containers:\n{Text.Indent(8, containers)}{Text.Indent(6, volumes)}";

    private static string Containers(EjectedApp app, EjectedProcess? process, bool front)
    {
        var text = process is null ? "" : Container(app, process.Name, process.Command, new Dictionary<string, string>(process.Environment) { ["SLIPWAY_INSTANCE"] = process.Type + ".1" }, process.Limits, front);
        if (!front) return text;
        var mounts = new List<string> { "{name: front, mountPath: /etc/nginx/conf.d}" };
        if (app.Web is not null) mounts.Add("{name: run, mountPath: /run/web}");
        mounts.AddRange(app.Facts.PublicVolumes.Values.Distinct().Select(volume => $"{{name: {volume}, mountPath: /srv/volumes/{volume}, readOnly: true}}"));
        return text + $"- name: front\n  image: {Registry}/{app.Name}-front:v{app.Release}\n  ports: [{{containerPort: 80}}]\n  volumeMounts: [{string.Join(", ", mounts)}]\n";
    }

    private static string Container(EjectedApp app, string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> own, ResourceLimits limits, bool isWeb)
    {
        var mounts = app.Volumes.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{{name: {one.Key}, mountPath: {Text.Quote(one.Value)}}}").Concat(isWeb ? ["{name: run, mountPath: /run/slipway}"] : []).ToList();
        // In a command and in a value, Kubernetes looks up $(NAME).
        var variables = own.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"    - {{name: {one.Key}, value: {Text.Quote(one.Value.Replace("$(", "$$(", StringComparison.Ordinal))}}}\n");
        return $"- name: {name}\n  image: {Registry}/{app.Name}:v{app.Release}\n  command: {Text.List(command.Select(word => word.Replace("$(", "$$(", StringComparison.Ordinal)))}\n"
            + $"  envFrom: [{{secretRef: {{name: {app.Name}}}}}]\n  env:\n{string.Concat(variables)}"
            + string.Create(CultureInfo.InvariantCulture, $"  resources: {{limits: {{memory: {limits.MemoryBytes >> 20}Mi, cpu: {limits.CpuMillis}m}}, requests: {{memory: {limits.MemoryBytes >> 21}Mi, cpu: 50m}}}}\n")
            + string.Create(CultureInfo.InvariantCulture, $"  securityContext: {{runAsUser: {app.Uid}, runAsGroup: {app.Uid}, runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}}}\n")
            + (mounts.Count == 0 ? "" : $"  volumeMounts: [{string.Join(", ", mounts)}]\n");
    }

    private static string Volumes(EjectedApp app, bool isWeb)
    {
        var volumes = app.Volumes.Keys.Order(StringComparer.Ordinal).Select(volume => $"{{name: {volume}, persistentVolumeClaim: {{claimName: {volume}}}}}").ToList();
        if (isWeb) volumes.AddRange(["{name: run, emptyDir: {medium: Memory, sizeLimit: 1Mi}}", "{name: front, configMap: {name: front}}"]);
        // A volume that Kubernetes made belongs to root; its group is the app's.
        var group = app.Volumes.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"securityContext: {{fsGroup: {app.Uid}, fsGroupChangePolicy: OnRootMismatch}}\n");
        return volumes.Count == 0 ? group + "volumes: []\n" : $"{group}volumes:\n{string.Concat(volumes.Select(volume => $"  - {volume}\n"))}";
    }

    private static string Job(EjectedApp app, string name, IReadOnlyList<string> command, ResourceLimits limits) =>
        $"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}-v{app.Release}, namespace: {app.Name}}}\nspec:\n  backoffLimit: 0\n  template:\n{Text.Indent(4, Pod(app, name, command, limits))}";

    private static string Cron(EjectedApp app, EjectedCron cron)
    {
        var policy = cron.Entry.Overlap == CronOverlap.KillOld ? "Replace" : "Forbid";
        return $"apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: cron-{cron.Name}, namespace: {app.Name}}}\nspec:\n  schedule: {Text.Quote(cron.Entry.Schedule)}\n  timeZone: {cron.Entry.TimeZone}\n  concurrencyPolicy: {policy}\n"
            + string.Create(CultureInfo.InvariantCulture, $"  jobTemplate:\n    spec:\n      backoffLimit: 0\n      activeDeadlineSeconds: {cron.Entry.TimeLimitSeconds}\n      template:\n") + Text.Indent(8, Pod(app, "cron", cron.Command, cron.Limits));
    }

    private static string Pod(EjectedApp app, string name, IReadOnlyList<string> command, ResourceLimits limits) =>
        $"spec:\n  restartPolicy: Never\n  enableServiceLinks: false\n  containers:\n{Text.Indent(4, Container(app, name, command, new Dictionary<string, string> { ["SLIPWAY_INSTANCE"] = name + ".1" }, limits, isWeb: false))}{Text.Indent(2, Volumes(app, isWeb: false))}";
}
