using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using k8s;
using Slipway.Contracts.Api;
using Slipway.Contracts.Routing;
using Slipway.Control.Cron;
using Slipway.Control.Ejections;
using Slipway.Control.Ejections.Recipes;
using Slipway.Control.Images;

namespace Slipway.Control.Tests.Ejections;

/// <summary>What is taken out is read by the programs that it is for.</summary>
public sealed class RecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Ejection _plan = EjectionPlan.Of(Boats.App, "/slipway/apps/boats/ejection");

    [Fact]
    public void Secrets_are_in_files_that_say_so_and_in_no_other()
    {
        foreach (var file in _plan.Files)
        {
            var tells = file.Text.Contains("$100", StringComparison.Ordinal) || file.Text.Contains("sea1", StringComparison.Ordinal) || file.Text.Contains("\\$100", StringComparison.Ordinal);
            Assert.True(tells == file.Secret, file.Path);
        }
    }

    [Fact]
    public void Each_path_is_named_once_and_stays_below_the_folder()
    {
        var paths = _plan.Files.Select(file => file.Path).Concat(_plan.Parts.Select(part => part.Path)).ToList();
        Assert.Equal(paths.Count, paths.Distinct().Count());
        Assert.All(paths, path => Assert.Matches(@"\A[A-Za-z0-9._@-]+(/[A-Za-z0-9._@-]+)*\z", path));
    }

    [Fact]
    public async Task A_shell_reads_the_environment_as_it_was()
    {
        var values = new Dictionary<string, string> { ["A"] = "plain", ["B"] = "it's $HOME `x` \"y\" \\ z", ["C"] = "two\nlines", ["D"] = "", ["E"] = "$(date) #1", ["F"] = "a b" };
        var file = _folder.File(".env", EnvFile.Write(["a comment"], values));
        var told = await Programs.RunAsync("env", "-i", "/bin/sh", "-c", "set -a; . \"$1\"; env -0", "sh", file);
        var read = told.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        foreach (var (key, value) in values) Assert.Equal(value, read[key]);
    }

    [Fact]
    public void The_image_names_its_parts_by_their_hashes()
    {
        foreach (var file in _plan.Files.Where(file => file.Path.StartsWith("image/blobs/sha256/", StringComparison.Ordinal)))
            Assert.EndsWith(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.Text))), file.Path, StringComparison.Ordinal);
        var index = JsonDocument.Parse(Text("image/index.json")).RootElement.GetProperty("manifests")[0];
        var manifest = JsonDocument.Parse(Text("image/blobs/sha256/" + index.GetProperty("digest").GetString()!["sha256:".Length..])).RootElement;
        Assert.Equal(Boats.App.Layers.Select(layer => ("sha256:" + layer.Sha256, layer.Bytes)), manifest.GetProperty("layers").EnumerateArray().Select(layer => (layer.GetProperty("digest").GetString()!, layer.GetProperty("size").GetInt64())));
        var config = JsonDocument.Parse(Text("image/blobs/sha256/" + manifest.GetProperty("config").GetProperty("digest").GetString()!["sha256:".Length..])).RootElement;
        Assert.Equal("200001:200001", config.GetProperty("config").GetProperty("User").GetString());
        Assert.Equal(Boats.App.Layers.Select(layer => "sha256:" + layer.Sha256), config.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public void A_unit_runs_in_the_apps_own_file_system_with_its_volumes_its_limits_and_its_environment()
    {
        var web = Text("systemd/boats-web@.service");
        foreach (var line in (string[])
        [
            "RootDirectory=/srv/boats/root", "BindPaths=/srv/boats/volumes/media:/app/media", "BindPaths=/run/boats/web-%i:/run/slipway", "User=200001", "MemoryMax=512M", "CPUQuota=100%", "TasksMax=256",
            "Environment=SLIPWAY_INSTANCE=web.%i", "EnvironmentFile=/srv/boats/.env", "ExecStart=/bin/sh -c \"exec gunicorn --bind unix:$$SLIPWAY_SOCKET boats.wsgi\"", "WantedBy=multi-user.target",
        ]) Assert.Contains(line + "\n", web, StringComparison.Ordinal);
        // Not the unit's instance: the app's own words.
        Assert.Contains("ExecStart=/usr/bin/env celery -A boats worker -n 100%%i\n", Text("systemd/boats-worker@.service"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_web_process_that_takes_a_port_has_one_of_its_own_on_the_host()
    {
        var app = Boats.App with { ListensOnSocket = false };
        Assert.Contains("Environment=PORT=500%i\n", SystemdRecipe.Files(app).Single(file => file.Path == "systemd/boats-web@.service").Text, StringComparison.Ordinal);
        var nginx = SystemdRecipe.Files(app).Single(file => file.Path == "nginx/boats.conf").Text;
        Assert.Contains("server 127.0.0.1:5001 ", nginx, StringComparison.Ordinal);
        Assert.Contains("server 127.0.0.1:5002 ", nginx, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30 3 * * 1-5", "Mon,Tue,Wed,Thu,Fri *-*-* 03:30:00 UTC")]
    [InlineData("*/20 * * * *", "*-*-* *:00,20,40:00 UTC")]
    [InlineData("5/10 0 1,15 JAN *", "*-01-01,15 00:05,15,25,35,45,55:00 UTC")]
    [InlineData("0 12 * * 7", "Sun *-*-* 12:00:00 UTC")]
    [InlineData("@monthly", "*-*-01 00:00:00 UTC")]
    [InlineData("0 0 L * *", null)]
    [InlineData("0 0 * * FRI#2", null)]
    public void A_schedule_is_said_in_systemds_words_or_not_at_all(string cron, string? calendar) =>
        Assert.Equal(calendar, OnCalendar.Of(new CronEntry { Name = "x", Command = "x", Schedule = cron }));

    [Fact]
    public void Nginx_gives_headers_files_and_redirects_as_the_edge_did()
    {
        var nginx = Text("nginx/boats.conf");
        foreach (var line in (string[])
        [
            "server unix:/run/boats/web-1/web.sock", "server unix:/run/boats/web-2/web.sock", "server_name boats.localhost www.example.org;", "\"~^/\" \"5${dollar} \\\"net\\\"\";",
            "location ^~ \"/static/\" {\n        alias \"/srv/boats/root/slipway/static/\";", "alias \"/srv/boats/volumes/media/\";", "proxy_set_header X-Forwarded-For $remote_addr;",
        ]) Assert.Contains(line, nginx, StringComparison.Ordinal);

        var site = NginxConfig.Write(Boats.App with
        {
            Processes = [],
            Facts = new ImageFacts { Site = new StaticSite("/app/public") { Redirects = [new("/old/:year/*", "/new/:splat?y=:year", 301, false), new("/*", "/index.html", 200, false)] } },
        }, new NginxPlace([], "/srv/boats/root", "/srv/boats/volumes"));
        Assert.Contains("rewrite \"^/old/(?<year>[^/]+)/(.*)$\" \"/new/$2?y=$year\" permanent;", site, StringComparison.Ordinal);
        Assert.Contains("rewrite \"^/(.*)$\" \"/index.html\" last;", site, StringComparison.Ordinal);
        Assert.DoesNotContain("proxy_pass", site, StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_wait_to_be_asked_and_databases_are_of_the_version_that_ran()
    {
        var compose = Text("compose.yaml");
        Assert.Contains("  cron-night-work:\n    <<: *app\n    command: [\"python\", \"night.py\"]\n", compose, StringComparison.Ordinal);
        Assert.Contains("    image: docker.io/library/postgres:15\n    env_file: [databases/POSTGRES.env]\n", compose, StringComparison.Ordinal);
        Assert.Contains("command: [\"/bin/sh\", \"-c\", \"exec gunicorn --bind unix:$$SLIPWAY_SOCKET boats.wsgi\"]", compose, StringComparison.Ordinal);
        Assert.Contains("timeZone: Europe/Berlin\n", Text("kubernetes/app.yaml"), StringComparison.Ordinal);
        Assert.Contains("\n30 3 * * 1-5 root cd FOLDER && docker compose run --rm cron-night-work\n", Text("compose.crontab"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task YAML_is_YAML()
    {
        foreach (var file in _plan.Files.Where(file => file.Path.EndsWith(".yaml", StringComparison.Ordinal)))
        {
            var path = _folder.File(file.Path, file.Text);
            var json = await Programs.RunAsync("python3", "-c", "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))", path);
            Assert.All(JsonDocument.Parse(json).RootElement.EnumerateArray(), document => Assert.True(file.Path == "compose.yaml" || document.TryGetProperty("kind", out _), file.Path));
        }
    }

    [Fact]
    public void Kubernetes_knows_every_field_of_its_manifests()
    {
        var kinds = _plan.Files.Where(file => file.Path.StartsWith("kubernetes/", StringComparison.Ordinal) && file.Path.EndsWith(".yaml", StringComparison.Ordinal))
            .SelectMany(file => KubernetesYaml.LoadAllFromString(file.Text, strict: true)).Cast<IKubernetesObject>().Select(one => one.Kind).Distinct().Order();
        Assert.Equal(["ConfigMap", "CronJob", "Deployment", "Ingress", "Job", "Namespace", "PersistentVolumeClaim", "Secret", "Service"], kinds);
    }

    private string Text(string path) => _plan.Files.Single(file => file.Path == path).Text;

    public void Dispose() => _folder.Dispose();
}
