using System.Net;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Every key of slipway.toml does on a real server what docs/slipway.toml says of it.</summary>
public sealed class ManifestStories(Platform platform) : IAsyncDisposable
{
    private const string App = "manifest";
    private const int DeployFailed = 5;

    private readonly Folder _folder = Folder.Empty(App);

    private Cli Cli => platform.Cli.In(_folder.Path);

    private const string Web = """
        import os

        def application(environ, start_response):
            path = environ["PATH_INFO"]
            status = "404 Not Found" if path == "/missing" else "200 OK"
            start_response(status, [("Content-Type", "text/plain"), ("X-Frame-Options", "ALLOWALL")])
            return [path.encode()]

        """;

    private const string Manifest = """
        kind = "python"
        root = "site"
        python = "3"
        packages = ["figlet"]
        wsgi = "web:application"
        build = "echo built > built.txt"

        [processes.worker]
        command = "sleep 100000"
        quantity = 1
        size = "small"

        [health]
        path = "/health"
        timeout = 30

        [static]
        "/assets/" = "assets"

        [headers."/"]
        X-Frame-Options = "DENY"

        [headers."/assets/"]
        Cache-Control = "public, max-age=99"

        [volumes.notes]
        path = "/data/notes"
        size = "64 MiB"
        url = "/notes/"

        [hooks]
        pre-build = "figlet hi > hi.txt"
        post-build = "mkdir assets && cp built.txt hi.txt assets/"
        release = "sh -c 'echo released >> /data/notes/log.txt'"
        post-deploy = "sh -c 'echo live >> /data/notes/log.txt'"

        """;

    public async ValueTask DisposeAsync()
    {
        await Cli.RunAsync("destroy", "--app", App, "--confirm", App);
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_key_has_its_effect_and_is_explained_with_its_line()
    {
        _folder.Write("site/web.py", Web);
        _folder.Write("slipway.toml", Manifest);
        (await DeployAsync()).MustSucceed();
        using var site = platform.Site(App);

        // pre-build calls a Debian package, build and post-build make what static serves, with the headers of both prefixes.
        using (var built = await site.GetAsync("/assets/built.txt"))
        {
            Assert.Equal("built\n", await built.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal(("DENY", "public, max-age=99"), (Header(built, "X-Frame-Options"), Header(built, "Cache-Control")));
        }

        Assert.Contains("_", await site.TextAsync("/assets/hi.txt"), StringComparison.Ordinal);
        Assert.Contains("|", (await Cli.RunAsync("run", "--app", App, "--", "figlet", "hi")).MustSucceed().Output, StringComparison.Ordinal);

        // Of the app's own answers too, where they replace the app's own.
        using (var answer = await site.GetAsync("/any")) Assert.Equal("DENY", Header(answer, "X-Frame-Options"));

        // The volume is served, and both hooks wrote to it, in their order.
        Assert.Equal("released\nlive\n", await site.TextAsync("/notes/log.txt"));
        var volume = Assert.Single(await ListAsync("volumes", ContractsJson.Default.IReadOnlyListVolume), one => one.Name.Value == "notes");
        Assert.Equal(("/data/notes", 64L << 20), (volume.MountPath, volume.SizeBytes));

        var worker = Assert.Single(await ListAsync("ps", ContractsJson.Default.IReadOnlyListDyno), dyno => dyno.Type == "worker");
        Assert.Equal(("small", "sleep 100000"), (worker.Size, worker.Command));

        var explained = await ExplainAsync();
        foreach (var (key, value, line) in new[]
        {
            ("kind", "python", 1), ("root", "site", 2), ("packages", "figlet", 4), ("wsgi", "web:application", 5), ("processes.worker.quantity", "1", 10),
            ("health.path", "/health", 14), ("static.\"/assets/\"", "/app/site/assets", 18), ("headers.\"/assets/\".Cache-Control", "public, max-age=99", 24),
            ("volumes.notes.url", "/notes/", 29), ("hooks.post-deploy", "sh -c 'echo live >> /data/notes/log.txt'", 35),
        }) Assert.Equal(new ExplainedValue(key, value, $"slipway.toml:{line}"), explained[key]);
        Assert.Equal(("gunicorn", true), (explained["server"].Value, explained["server"].Origin.StartsWith("found", StringComparison.Ordinal)));
        Assert.Equal(("1", "default"), (explained["processes.web.quantity"].Value, explained["processes.web.quantity"].Origin));

        // What is scaled by hand stays through a deploy; a new number in the file holds.
        (await Cli.RunAsync("scale", "--app", App, "worker=2")).MustSucceed();
        _folder.Write("site/web.py", Web + "\n");
        (await DeployAsync()).MustSucceed();
        explained = await ExplainAsync();
        Assert.Equal(new ExplainedValue("processes.worker.quantity", "2", "slipway scale"), explained["processes.worker.quantity"]);
        Assert.Equal("released\nlive\nreleased\nlive\n", await site.TextAsync("/notes/log.txt"));
        _folder.Replace("slipway.toml", "quantity = 1", "quantity = 3");
        (await DeployAsync()).MustSucceed();
        Assert.Equal("3", (await ExplainAsync())["processes.worker.quantity"].Value);
    }

    [Fact]
    public async Task What_is_wrong_ends_the_deploy_and_what_served_serves_on()
    {
        _folder.Write("web.py", Web);
        (await DeployAsync()).MustSucceed();
        using var site = platform.Site(App);
        foreach (var (manifest, words) in new (string, string[])[]
        {
            ("\nsever = 'uwsgi'\n", ["slipway.toml:2", "Did you mean 'server'?"]),
            ("health.timeout = 'long'\n", ["slipway.toml:1", "must be a whole number"]),
            ("packages = ['no-such-package-anywhere']\n", ["no-such-package-anywhere"]),
            ("health.path = '/missing'\n", ["/missing", "404"]),
            ("processes.worker.quantity = 1\n", ["slipway.toml:1", "no process type 'worker'"]),
            ("static.'/assets/' = 'nowhere'\n", ["slipway.toml:1", "nowhere"]),
            ("hooks.pre-build = 'exit 3'\n", ["pre-build", "status 3"]),
            ("hooks.release = 'exit 4'\n", ["release command failed", "status 4"]),
            ("server = 'uvicorn'\n", ["uvicorn serves ASGI apps, and web:application is a WSGI app"]),
        })
        {
            _folder.Write("slipway.toml", manifest);
            var refused = (await DeployAsync()).MustFail(DeployFailed);
            Assert.All(words, word => Assert.Contains(word, refused.Errors, StringComparison.Ordinal));
            Assert.Equal("/", await site.TextAsync());
        }

        // After it is live, nothing is taken back.
        _folder.Write("slipway.toml", "hooks.post-deploy = 'exit 5'\n");
        var deployed = (await DeployAsync()).MustSucceed();
        Assert.Contains("status 5", deployed.Output + deployed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_callables_are_not_chosen_between_until_a_line_does()
    {
        _folder.Write("app.py", Web);
        _folder.Write("main.py", Web.Replace("[path.encode()]", "[b'main']", StringComparison.Ordinal));
        var refused = (await DeployAsync()).MustFail(DeployFailed);
        Assert.Contains("app:application", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("wsgi = \"main:application\"", refused.Errors, StringComparison.Ordinal);

        _folder.Write("slipway.toml", "wsgi = \"main:application\"\n");
        (await DeployAsync()).MustSucceed();
        using var site = platform.Site(App);
        Assert.Equal("main", await site.TextAsync());
    }

    private Task<RunResult> DeployAsync() => Cli.RunAsync("deploy", "--app", App);

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    private async Task<IReadOnlyDictionary<string, ExplainedValue>> ExplainAsync() =>
        (await ListAsync("explain", ContractsJson.Default.IReadOnlyListExplainedValue)).ToDictionary(value => value.Key);

    private async Task<IReadOnlyList<T>> ListAsync<T>(string command, System.Text.Json.Serialization.Metadata.JsonTypeInfo<IReadOnlyList<T>> json) =>
        JsonSerializer.Deserialize((await Cli.RunAsync(command, "--app", App, "--json")).MustSucceed().Output, json)!;
}
