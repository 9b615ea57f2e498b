using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Contracts.Traffic;
using Slipway.Control.Metrics;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Metrics;

/// <summary>What slipwayd says of what was measured, and to whom. The numbers are written into its file beside it.</summary>
public sealed class MetricsStories(RunningServer running) : IClassFixture<RunningServer>
{
    /// <summary>Reads a text as Prometheus' own library does, which refuses what is not OpenMetrics.</summary>
    private const string Parse = """
        import json, sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
        families = {}
        for family in text_string_to_metric_families(open(sys.argv[1]).read()):
            families[family.name] = {'type': family.type, 'unit': family.unit, 'samples': [[s.name, s.labels, s.value] for s in family.samples]}
        print(json.dumps(families))
        """;

    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task An_apps_numbers_by_process_type_over_time()
    {
        var app = await running.NewAppAsync();
        var minute = Tier.Floor(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 60);
        await WriteAsync(app, minute - 300, requests: 60, errors: 3);
        await WriteAsync(app, minute - 120, requests: 120, errors: 0);
        var shown = await _server.Admin.GetJsonAsync($"/slipway/apps/{app}/metrics?step=60");
        Assert.Equal(60, shown.GetProperty("step").GetInt32());
        var web = Assert.Single(shown.GetProperty("processes").EnumerateArray().ToList());
        Assert.Equal("web", web.GetProperty("type").GetString());
        var points = web.GetProperty("points").EnumerateArray().ToList();
        Assert.Equal([60, 120], points.Select(point => point.GetProperty("traffic").GetProperty("requests").GetInt32()));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(minute - 300), points[0].GetProperty("at").GetDateTimeOffset());
        var all = web.GetProperty("summary");
        Assert.Equal((180, 3, 1.5), (all.GetProperty("traffic").GetProperty("requests").GetInt32(), all.GetProperty("traffic").GetProperty("server_errors").GetInt32(), all.GetProperty("traffic").GetProperty("per_second").GetDouble()));
        Assert.InRange(all.GetProperty("traffic").GetProperty("p95").GetDouble(), 36, 40);
        Assert.Equal((25.0, 1), (all.GetProperty("usage").GetProperty("cpu_percent").GetDouble(), all.GetProperty("restarts").GetInt32()));

        var page = await _server.Admin.GetStringAsync($"/dashboard/apps/{app}/metrics?range=1h");
        Assert.Contains("1.5 on average, 180 in all", page, StringComparison.Ordinal);
        Assert.Contains("3 of the server (1.67 %)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        foreach (var range in (string[])["24h", "7d", "30d", "nonsense"]) Assert.Contains("<svg", await _server.Admin.GetStringAsync($"/dashboard/apps/{app}/metrics?range={range}"), StringComparison.Ordinal);
        Assert.Contains("All metrics", await _server.Admin.GetStringAsync($"/dashboard/apps/{app}"), StringComparison.Ordinal);
        foreach (var wrong in (string[])["from=yesterday", "step=7", "step=x", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"])
            await _server.Admin.FailsAsync(HttpMethod.Get, $"/slipway/apps/{app}/metrics?{wrong}", null, HttpStatusCode.UnprocessableEntity, "invalid_metrics_range");
    }

    [Fact]
    public async Task Prometheus_reads_it_with_a_token_for_reading_alone()
    {
        var app = await running.NewAppAsync();
        var minute = Tier.Floor(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 60);
        await WriteAsync(app, minute - 60, requests: 100, errors: 5);
        await WriteAsync(app, minute - 7200, requests: 100, errors: 5);
        var families = await ScrapeAsync(_server.Client(await TokenAsync(_server.Admin, "read")));
        Assert.Equal(("counter", "histogram", "seconds", "gauge"), (Type("slipway_http_requests"), Type("slipway_http_request_duration_seconds"), families.GetProperty("slipway_http_request_duration_seconds").GetProperty("unit").GetString(), Type("slipway_disk_free_bytes")));
        Assert.Equal(190, Sample("slipway_http_requests", "slipway_http_requests_total", ("app", app), ("process_type", "web"), ("status", "2xx")));
        Assert.Equal(10, Sample("slipway_http_requests", "slipway_http_requests_total", ("app", app), ("process_type", "web"), ("status", "5xx")));
        Assert.Equal(30, Sample("slipway_process_cpu_seconds", "slipway_process_cpu_seconds_total", ("app", app), ("process_type", "web")));
        Assert.Equal(2, Sample("slipway_process_restarts", "slipway_process_restarts_total", ("app", app), ("process_type", "web")));
        const string latency = "slipway_http_request_duration_seconds";
        Assert.Equal((0, 200, 200, 200), (Sample(latency, latency + "_bucket", ("app", app), ("le", "0.025")), Sample(latency, latency + "_bucket", ("app", app), ("le", "0.05")),
            Sample(latency, latency + "_bucket", ("app", app), ("le", "+Inf")), Sample(latency, latency + "_count", ("app", app))));
        Assert.Equal(0, Sample("slipway_deploys_running", "slipway_deploys_running"));
        Assert.Equal(0, Sample("slipway_queue_length", "slipway_queue_length", ("queue", "errors")));
        Assert.InRange(Sample("process_resident_memory_bytes", "process_resident_memory_bytes"), 10 << 20, 1 << 30);

        string? Type(string name) => families.GetProperty(name).GetProperty("type").GetString();
        double Sample(string family, string name, params (string Label, string Value)[] labels) => Assert.Single(
            families.GetProperty(family).GetProperty("samples").EnumerateArray().Where(one => one[0].GetString() == name && labels.All(label => one[1].TryGetProperty(label.Label, out var value) && value.GetString() == label.Value)).ToList())[2].GetDouble();
    }

    [Fact]
    public async Task A_member_is_told_of_their_own_apps_and_not_of_the_server()
    {
        var app = await running.NewAppAsync();
        await WriteAsync(app, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), requests: 1, errors: 0);
        var member = await _server.NewMemberAsync("counted@example.org");
        var families = await ScrapeAsync(member);
        Assert.Empty(families.GetProperty("slipway_http_requests").GetProperty("samples").EnumerateArray());
        Assert.False(families.TryGetProperty("slipway_disk_free_bytes", out _));
        using var nobody = await _server.Nobody.GetAsync("/slipway/metrics", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        await _server.Client(await TokenAsync(_server.Admin, "identity")).FailsAsync(HttpMethod.Get, "/slipway/metrics", null, HttpStatusCode.Forbidden, "forbidden");
    }

    private static async Task<string> TokenAsync(HttpClient client, string scope) =>
        (await client.JsonAsync(HttpMethod.Post, "/oauth/authorizations", new { scope = new[] { scope } })).GetProperty("access_token").GetProperty("token").GetString()!;

    private static async Task<JsonElement> ScrapeAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/slipway/metrics");
        request.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "metrics.txt");
        await File.WriteAllTextAsync(file, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        return JsonDocument.Parse(await Programs.RunAsync("/usr/bin/python3", "-c", Parse, file)).RootElement;
    }

    /// <summary>As if a minute had been measured.</summary>
    private async Task WriteAsync(string app, long minute, int requests, int errors)
    {
        await using var store = _server.Store();
        var id = await store.Apps.Where(row => row.Name == app).Select(row => row.Id).SingleAsync(TestContext.Current.CancellationToken);
        var measure = new Measure
        {
            UsageMilliseconds = 60_000, Samples = 4, Instances = 4, MemoryKibibytes = 4 * 100 << 10, MemoryPeakKibibytes = 110 << 10, MemoryLimitKibibytes = 512 << 10,
            CpuMicroseconds = 15_000_000, TrafficMilliseconds = 60_000, DurationMicroseconds = requests * 40_000L, Latencies = new Histogram(),
        };
        measure.Restarts = errors > 0 ? 1 : 0;
        (measure.Answers[2], measure.Answers[5]) = (requests - errors, errors);
        measure.Latencies.Add(LatencyBuckets.IndexOf(40_000), requests);
        new MetricsFile(_server.Config, NullLogger<MetricsFile>.Instance).Write(minute, new Dictionary<Series, Measure> { [new(id, "web")] = measure }, LastRead.Nothing);
    }
}
