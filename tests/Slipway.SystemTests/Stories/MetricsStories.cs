using System.Net;
using System.Text.Json;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;
using Slipway.Tests;

namespace Slipway.SystemTests.Stories;

/// <summary>What a real app uses and serves is told exactly, and a deploy is one trace.</summary>
public sealed class MetricsStories(Platform platform)
{
    /// <summary>A minute until it is written, four looks in it, and something for a slow machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Requests_errors_memory_and_a_restart_are_counted_exactly_through_restarts_of_everything()
    {
        const string app = "metrics-app";
        using var folder = Site();
        using var site = platform.Site(app);
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        await AskAsync(site, ok: 40, broken: 7);
        await UntilAsync(app, "47 requests", web => Count(web, "requests") == 47);

        // A new worker of the edge, then a new slipwayd: neither loses or repeats anything.
        var ended = Daemons.Edge(platform);
        foreach (var pid in ended) Daemons.Terminate(pid);
        // The old one answers until it is gone, and would be taken for the new one.
        while (Daemons.Edge(platform) is var now && (now.Count == 0 || now.Intersect(ended).Any())) await Task.Delay(50, TestContext.Current.CancellationToken);
        await site.UntilAsync((status, _) => status == HttpStatusCode.OK, TimeSpan.FromSeconds(60), "/not-counted");
        var afterwards = await CountedAsync(app);
        await AskAsync(site, ok: 20, broken: 3);
        Daemons.KillHard(Assert.Single(Daemons.Control(platform)));
        await UntilAsync(app, "those before and after", web => Count(web, "requests") >= 47 + 20 + 3 + 1);

        var before = Assert.Single(Daemons.InstancesOf(app, "web.1"));
        Daemons.KillHard(before);
        await site.UntilAsync((status, _) => status == HttpStatusCode.OK && !Daemons.InstancesOf(app, "web.1").Contains(before), TimeSpan.FromSeconds(60));
        var web = await UntilAsync(app, "one restart", web => web.GetProperty("summary").GetProperty("restarts").GetInt32() == 1);

        var summary = web.GetProperty("summary");
        var usage = summary.GetProperty("usage");
        Assert.InRange(usage.GetProperty("memory_bytes").GetInt64(), 1 << 20, 512L << 20);
        Assert.Equal(512L << 20, usage.GetProperty("memory_limit_bytes").GetInt64());
        Assert.InRange(usage.GetProperty("cpu_percent").GetDouble(), 0.01, 200);
        Assert.Equal(Count(web, "requests"), web.GetProperty("points").EnumerateArray().Sum(point => point.GetProperty("traffic") is { ValueKind: JsonValueKind.Object } traffic ? traffic.GetProperty("requests").GetInt64() : 0));
        Assert.InRange(summary.GetProperty("traffic").GetProperty("p99").GetDouble(), 0.1, 60_000);
        Assert.True(afterwards >= 47);

        var table = (await platform.Cli.RunAsync("metrics", app, "--since", "1h")).MustSucceed().Output;
        foreach (var metric in (string[])["cpu", "memory", "requests", "errors", "p50", "p95", "p99", "restarts"]) Assert.Matches($@"(?m)^web +{metric} ", table);
        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    [Fact]
    public async Task The_numbers_are_exact()
    {
        const string app = "metrics-exact";
        using var folder = Site();
        using var site = platform.Site(app);
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        await AskAsync(site, ok: 100, broken: 11);
        await UntilAsync(app, "111 requests", web => Count(web, "requests") == 111);
        Daemons.KillHard(Assert.Single(Daemons.Control(platform)));
        await AskAsync(site, ok: 9, broken: 1);
        var web = await UntilAsync(app, "121 requests", web => Count(web, "requests") == 121);
        Assert.Equal((12, 0), (Count(web, "server_errors"), Count(web, "client_errors")));

        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{platform.Config.HttpPort}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await platform.Cli.TokenAsync());
        var text = await client.GetStringAsync("/slipway/metrics", TestContext.Current.CancellationToken);
        Assert.Contains($"slipway_http_requests_total{{app=\"{app}\",process_type=\"web\",status=\"2xx\"}} 109\n", text, StringComparison.Ordinal);
        Assert.Contains($"slipway_http_requests_total{{app=\"{app}\",process_type=\"web\",status=\"5xx\"}} 12\n", text, StringComparison.Ordinal);
        Assert.Contains($"slipway_http_request_duration_seconds_count{{app=\"{app}\",process_type=\"web\"}} 121\n", text, StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    [Fact]
    public async Task A_deploy_is_one_trace_with_all_its_steps()
    {
        const string app = "metrics-trace";
        using var receiver = new OtlpReceiver();
        using var folder = Site();
        (await platform.Cli.RunAsync("server", "telemetry", "set", receiver.Endpoint, "--header", "api-key=4711")).MustSucceed();
        try
        {
            (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
            await Eventually.TrueAsync(() => receiver.Spans.Any(span => span.Name == "deploy"), TimeSpan.FromSeconds(30), () => $"no trace came: {receiver.Trouble}");
            var spans = receiver.Spans.ToList();
            var root = Assert.Single(spans, span => span.Parent is null);
            Assert.Equal(("deploy", app, "1", "succeeded", null as string), (root.Name, root.Attributes["slipway.app"], root.Attributes["slipway.release"], root.Attributes["slipway.deploy.result"], root.Error));
            Assert.All(spans, span => Assert.Equal(root.Trace, span.Trace));
            var steps = spans.Where(span => span.Parent == root.Id).OrderBy(span => span.Start).Select(span => span.Name).ToList();
            foreach (var step in (string[])["receive", "preflight", "build", "release", "start", "probe", "route", "verify"]) Assert.Contains(step, steps);
            Assert.Contains(spans, span => span.Name.StartsWith("runner ", StringComparison.Ordinal) && spans.Any(step => step.Id == span.Parent && step.Parent == root.Id));
            Assert.Contains("Last sent", (await platform.Cli.RunAsync("server", "telemetry")).MustSucceed().Output, StringComparison.Ordinal);
            Assert.DoesNotContain("4711", (await platform.Cli.RunAsync("server", "telemetry", "--json")).MustSucceed().Output, StringComparison.Ordinal);
        }
        finally
        {
            Assert.Contains("nowhere", (await platform.Cli.RunAsync("server", "telemetry", "unset")).MustSucceed().Output, StringComparison.Ordinal);
        }

        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    private static Folder Site()
    {
        var folder = PlainSite.Create("metrics", "fine");
        folder.Replace("server.py", "self.send_response(200)", "self.send_response(500 if self.path == '/broken' else 200)");
        return folder;
    }

    private static async Task AskAsync(Site site, int ok, int broken)
    {
        for (var i = 0; i < ok + broken; i++)
        {
            using var answer = await site.GetAsync(i < ok ? "/" : "/broken");
            Assert.Equal(i < ok ? HttpStatusCode.OK : HttpStatusCode.InternalServerError, answer.StatusCode);
        }
    }

    private async Task<long> CountedAsync(string app) => await WebAsync(app) is { } web ? Count(web, "requests") : 0;

    private static long Count(JsonElement web, string name) => web.GetProperty("summary").GetProperty("traffic") is { ValueKind: JsonValueKind.Object } traffic ? traffic.GetProperty(name).GetInt64() : 0;

    private async Task<JsonElement?> WebAsync(string app)
    {
        var shown = await platform.Cli.RunAsync("metrics", app, "--since", "1h", "--json");
        if (shown.ExitCode != 0) return null; // slipwayd was killed a moment ago
        var web = JsonDocument.Parse(shown.Output).RootElement.GetProperty("processes").EnumerateArray().FirstOrDefault(one => one.GetProperty("type").GetString() == "web");
        return web.ValueKind == JsonValueKind.Undefined ? null : web;
    }

    private async Task<JsonElement> UntilAsync(string app, string wanted, Func<JsonElement, bool> holds)
    {
        JsonElement? last = null;
        await Eventually.TrueAsync(async () =>
        {
            await Task.Delay(1000, TestContext.Current.CancellationToken);
            return (last = await WebAsync(app)) is { } web && holds(web);
        }, Patience, () => $"not {wanted}: {last}");
        return last!.Value;
    }
}
