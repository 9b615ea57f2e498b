using System.Net;
using System.Text.Json;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>What fails in running apps is told of: by Sentry's own SDKs, by a raw envelope, and of an untouched project by its log.</summary>
public sealed class ErrorStories(Platform platform)
{
    private const string Boom = "from django.http import HttpResponse\n\ndef index(request):\n    return HttpResponse('fine')\n\ndef boom(request):\n    ships = 0\n    return HttpResponse(1 / ships)\n";

    [Fact]
    public async Task An_untouched_django_project_has_error_tracking_from_its_first_request()
    {
        const string app = "errors-django";
        using var folder = Folder.Empty("harbour");
        await DjangoAsync(folder);
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();

        await FailAsync(site, "/boom/");
        await FailAsync(site, "/boom/");
        var error = await UntilAsync(app, errors => errors.Count == 1 && errors[0].GetProperty("count").GetInt64() == 2);
        Assert.Equal(("ZeroDivisionError: division by zero", "harbour.views in boom", "log", "v1"), (Text(error, "title"), Text(error, "culprit"), Text(error, "origin"), Text(error, "last_release")));
        var shown = (await cli.RunAsync("errors", "show", "1", "--app", app)).MustSucceed().Output;
        Assert.Contains("> return HttpResponse(1 / ships)", shown.Replace("    return", "return", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("ships = 0", shown, StringComparison.Ordinal);

        Assert.Contains("resolved in v1", (await cli.RunAsync("errors", "resolve", "1", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        await FailAsync(site, "/boom/");
        Assert.Equal("resolved", Text(await UntilAsync(app, errors => errors[0].GetProperty("count").GetInt64() == 3), "status"));
        folder.Write("harbour/views.py", "# changed\n" + Boom);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        await FailAsync(site, "/boom/");
        var again = await UntilAsync(app, errors => errors[0].GetProperty("count").GetInt64() == 4);
        Assert.Equal(("open", "v1", "v2"), (Text(again, "status"), Text(again, "first_release"), Text(again, "last_release")));
        Assert.NotEqual(JsonValueKind.Null, again.GetProperty("regressed_at").ValueKind);
        Assert.Contains("regression", (await cli.RunAsync("errors", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        await DestroyAsync(app);
    }

    [Fact]
    public async Task Sentrys_sdk_for_python_reports_here_and_what_it_tells_is_counted_once()
    {
        const string app = "errors-python";
        using var folder = Folder.Empty("harbour");
        await DjangoAsync(folder);
        folder.Write("requirements.txt", "django\ngunicorn\nsentry-sdk\n");
        folder.Write("harbour/wsgi.py", "import os\n\nimport sentry_sdk\nfrom django.core.wsgi import get_wsgi_application\n\nsentry_sdk.init()\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'harbour.settings')\napplication = get_wsgi_application()\n");
        folder.Write("harbour/views.py", Boom.Replace("ships = 0", "ships, api_token, key = 0, 'tok-' + str(100 + 23), __import__('os').environ['STRIPE_KEY']", StringComparison.Ordinal));
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", app)).MustSucceed();
        (await cli.RunAsync("config", "set", "STRIPE_KEY=sk_live_42424242", "--app", app)).MustSucceed();
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();

        for (var times = 0; times < 3; times++) await FailAsync(site, "/boom/?page=1&password=hunter2");
        var error = await UntilAsync(app, errors => errors.Count > 0 && errors[0].GetProperty("count").GetInt64() == 3);
        Assert.Equal(("ZeroDivisionError: division by zero", "harbour.views in boom", "sdk"), (Text(error, "title"), Text(error, "culprit"), Text(error, "origin")));

        // The log's tracebacks and the router's lines would have come by now.
        await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(3, Assert.Single(await ErrorsAsync(app)).GetProperty("count").GetInt64());
        var json = (await cli.RunAsync("errors", "show", "1", "--json", "--app", app)).MustSucceed().Output;
        using var shown = JsonDocument.Parse(json);
        var last = shown.RootElement.GetProperty("occurrences")[0];
        var frame = last.GetProperty("exceptions").EnumerateArray().Last().GetProperty("frames").EnumerateArray().Last();
        Assert.Equal(("/app/harbour/views.py", "boom", "    return HttpResponse(1 / ships)"), (Text(frame, "file"), Text(frame, "function"), Text(frame, "code")));
        Assert.Equal("0", Text(frame.GetProperty("variables"), "ships"));
        Assert.Equal(("production", "GET"), (Text(last, "environment"), Text(last.GetProperty("request"), "method")));
        Assert.StartsWith("v", Text(last, "release"), StringComparison.Ordinal);
        foreach (var secret in (string[])["tok-123", "sk_live_42424242", "hunter2"]) Assert.DoesNotContain(secret, json, StringComparison.Ordinal);
        await DestroyAsync(app);
    }

    [Fact]
    public async Task Sentrys_sdk_for_node_reports_here()
    {
        const string app = "errors-node";
        using var folder = Folder.Empty(app);
        folder.Write("package.json", """{ "name": "errors-node", "scripts": { "start": "node server.js" }, "dependencies": { "@sentry/node": "^9" } }""");
        folder.Write("server.js", """
            const Sentry = require('@sentry/node');
            Sentry.init({});
            function load(ship) { return ship.name.length; }
            require('http').createServer((request, response) => {
              try {
                if (request.url === '/boom') load(undefined);
                response.end('fine');
              } catch (error) {
                Sentry.captureException(error);
                response.statusCode = 500;
                response.end('no');
              }
            }).listen(process.env.PORT);

            """);
        using var site = platform.Site(app);
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        await FailAsync(site, "/boom");
        var error = await UntilAsync(app, errors => errors.Count > 0);
        Assert.Equal(("server.js in load", "sdk", "TypeError"), (Text(error, "culprit"), Text(error, "origin"), Text(error, "type")));
        await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Single(await ErrorsAsync(app));
        await DestroyAsync(app);
    }

    [Fact]
    public async Task A_php_page_sends_an_envelope_of_its_own()
    {
        const string app = "errors-php";
        using var folder = Folder.Empty(app);
        folder.Write("index.php", """
            <?php
            $dsn = parse_url(getenv('SENTRY_DSN'));
            $event = json_encode(['message' => 'No ships', 'level' => 'error', 'release' => getenv('SENTRY_RELEASE'), 'environment' => getenv('SENTRY_ENVIRONMENT')]);
            $answer = file_get_contents("http://{$dsn['host']}:{$dsn['port']}/api{$dsn['path']}/envelope/", false, stream_context_create(['http' => [
              'method' => 'POST', 'header' => "X-Sentry-Auth: Sentry sentry_version=7, sentry_key={$dsn['user']}", 'content' => "{}\n{\"type\":\"event\"}\n$event\n",
            ]]));
            echo $answer === false ? 'not sent' : 'sent';

            """);
        using var site = platform.Site(app);
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Equal("sent", (await site.TextAsync()).Trim());
        var error = await UntilAsync(app, errors => errors.Count > 0);
        Assert.Equal(("No ships", "Message"), (Text(error, "title"), Text(error, "type")));
        await DestroyAsync(app);
    }

    private static async Task DjangoAsync(Folder folder)
    {
        await folder.StartprojectAsync("harbour");
        folder.Replace("harbour/urls.py", "urlpatterns = [", "from . import views\n\nurlpatterns = [\n    path('', views.index),\n    path('boom/', views.boom),");
        folder.Write("harbour/views.py", Boom);
    }

    private static async Task FailAsync(Site site, string path)
    {
        using var answer = await site.GetAsync(path);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    private async Task<JsonElement> UntilAsync(string app, Func<IReadOnlyList<JsonElement>, bool> holds)
    {
        IReadOnlyList<JsonElement> errors = [];
        await Eventually.TrueAsync(async () => holds(errors = await ErrorsAsync(app)), TimeSpan.FromSeconds(40), () => string.Join('\n', errors));
        return errors[0];
    }

    private async Task<IReadOnlyList<JsonElement>> ErrorsAsync(string app)
    {
        using var json = JsonDocument.Parse((await platform.Cli.RunAsync("errors", "--all", "--json", "--app", app)).MustSucceed().Output);
        return [.. json.RootElement.EnumerateArray().Select(error => error.Clone())];
    }

    private async Task DestroyAsync(string app) => (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
