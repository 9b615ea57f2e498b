using System.Globalization;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Api;
using Slipway.Control.Metrics;

namespace Slipway.Control.Dashboard;

/// <summary>What an app uses and serves: the few numbers on its page, and a page of charts.</summary>
internal static class MetricsPage
{
    private static readonly (string Name, string Words, TimeSpan Length)[] Ranges =
        [("1h", "1 hour", TimeSpan.FromHours(1)), ("24h", "24 hours", TimeSpan.FromHours(24)), ("7d", "7 days", TimeSpan.FromDays(7)), ("30d", "30 days", TimeSpan.FromDays(30))];

    private static readonly ChartLine Cpu = new("CPU", "accent", point => point.Usage?.CpuPercent);
    private static readonly ChartLine Memory = new("memory", "accent", point => point.Usage?.MemoryPeakBytes);
    private static readonly ChartLine PerSecond = new("requests", "accent", point => point.Traffic?.PerSecond);
    private static readonly ChartLine ServerErrors = new("5xx", "bad", point => point.Traffic?.ServerErrors);
    private static readonly ChartLine ClientErrors = new("4xx", "busy", point => point.Traffic?.ClientErrors);
    private static readonly ChartLine Restarts = new("restarts", "bad", point => point.Restarts);

    private static readonly ChartLine[] Latencies =
        [new("p99", "bad", point => point.Traffic?.P99), new("p95", "busy", point => point.Traffic?.P95), new("p50", "accent", point => point.Traffic?.P50)];

    /// <summary>The section of the app's page: the last hour.</summary>
    public static Html Section(AppRequest request, MetricsReader reader)
    {
        AppMetrics metrics;
        try
        {
            metrics = reader.Read(request.App.Id, null, null, null);
        }
        catch (SlipwayException e)
        {
            return AppSections.Nothing(e.Error.Message); // the rest of the page is worth showing all the same
        }

        if (metrics.Processes.Count == 0) return AppSections.Nothing("Numbers come with the first instance.");
        return Html.Of($"""
            <table class="numbers">
            {metrics.Processes.SelectMany(process => Rows(metrics, process))}
            </table>
            <p><a href="/dashboard/apps/{request.App.Name}/metrics">All metrics</a> <span class="muted">here: the last hour</span></p>
            """);
    }

    public static IResult Show(HttpContext context, AppRequest request, MetricsReader reader, TimeProvider time)
    {
        var app = request.App;
        var asked = context.Request.Query["range"].FirstOrDefault();
        var range = Ranges.FirstOrDefault(one => one.Name == asked, Ranges[1]);
        var now = time.GetUtcNow();
        var metrics = reader.Read(app.Id, now - range.Length, now, null);
        return new Page($"Metrics of {app.Name}", Html.Of($"""
            <div class="title">
              <h1>Metrics</h1>
              <nav class="ranges end" aria-label="How far back">
                {Ranges.Select(one => Html.Of($"""<a href="?range={one.Name}"{Html.If(one == range, $""" aria-current="page" """)}>{one.Words}</a>"""))}
              </nav>
            </div>
            <div id="metrics" data-live>
            {(metrics.Processes.Count == 0 ? Html.Of($"""<section class="panel">{AppSections.Nothing("Nothing is known of that time. Numbers come with the first instance.")}</section>""") : Html.Empty)}
            {metrics.Processes.Select(process => Panel(metrics, process))}
            </div>
            """), path: [(app.Name, $"/dashboard/apps/{app.Name}"), ("metrics", $"/dashboard/apps/{app.Name}/metrics")]);
    }

    private static Html Panel(AppMetrics metrics, ProcessMetrics process)
    {
        var (all, points) = (process.Summary, process.Points);
        return Html.Of($"""
            <section class="panel"><h2>{process.Type}{Html.If(all.Restarts == 0, $""" <span class="muted">no restarts</span>""")}</h2>
            <div class="charts">
            {(all.Traffic is { } traffic ? Html.Of($"""
              {Chart.Draw("Requests per second", $"{Number(traffic.PerSecond)} on average, {Count(traffic.Requests)} in all", metrics, points, Number, [PerSecond])}
              {Chart.Draw("Errors", Errors(traffic), metrics, points, Number, [ClientErrors, ServerErrors])}
              {Chart.Draw("Latency", Latency(traffic), metrics, points, Milliseconds, Latencies)}
              """) : Html.Empty)}
            {(all.Usage is { } usage ? Html.Of($"""
              {Chart.Draw("CPU", $"{Number(usage.CpuPercent ?? 0)} % of one CPU on average", metrics, points, value => Number(value) + " %", [Cpu])}
              {Chart.Draw("Memory", MemoryOf(usage), metrics, points, Bytes, [Memory], usage.MemoryLimitBytes)}
              """) : Html.Empty)}
            {(all.Restarts + all.OomKills > 0 ? Chart.Draw("Restarts", RestartsOf(all), metrics, points, Number, [Restarts]) : Html.Empty)}
            </div>
            <p class="axis muted">{At(metrics.From)}<span>{(metrics.Step < 3600 ? $"{metrics.Step / 60} min" : $"{metrics.Step / 3600} h")} a point, UTC</span>{At(metrics.To)}</p>
            </section>
            """);
    }

    private static IEnumerable<Html> Rows(AppMetrics metrics, ProcessMetrics process)
    {
        Html Row(string name, string text, ChartLine line) =>
            Html.Of($"""<tr><td class="fit muted">{process.Type}</td><td class="fit">{name}</td><td>{Chart.Spark(metrics, process.Points, line)}</td><td class="fit act">{text}</td></tr>""");

        var all = process.Summary;
        if (all.Usage is { } usage)
        {
            yield return Row("CPU", $"{Number(usage.CpuPercent ?? 0)} %", Cpu);
            yield return Row("memory", $"{Bytes(usage.MemoryBytes)} of {Bytes(usage.MemoryLimitBytes)}", Memory);
        }

        if (all.Traffic is { } traffic)
        {
            yield return Row("requests", $"{Number(traffic.PerSecond)}/s", PerSecond);
            yield return Row("p95", traffic.P95 is { } p95 ? Milliseconds(p95) : "", Latencies[1]);
            if (traffic.ServerErrors > 0) yield return Row("errors", Count(traffic.ServerErrors), ServerErrors);
        }

        if (all.Restarts > 0) yield return Row("restarts", Count(all.Restarts), Restarts);
    }

    private static string Errors(TrafficMetrics traffic) =>
        $"{Count(traffic.ServerErrors)} of the server ({Number(traffic.Requests == 0 ? 0 : traffic.ServerErrors * 100.0 / traffic.Requests)} %), {Count(traffic.ClientErrors)} of clients";

    private static string Latency(TrafficMetrics traffic) =>
        traffic.P50 is null ? "no requests" : $"half within {Milliseconds(traffic.P50.Value)}, 95 % within {Milliseconds(traffic.P95!.Value)}, 99 % within {Milliseconds(traffic.P99!.Value)}";

    private static string MemoryOf(UsageMetrics usage) => $"{Bytes(usage.MemoryBytes)} on average, at most {Bytes(usage.MemoryPeakBytes)} of {Bytes(usage.MemoryLimitBytes)}";

    private static string RestartsOf(MetricPoint all) => all.OomKills == 0 ? Count(all.Restarts) : $"{Count(all.Restarts)}; {Count(all.OomKills)} processes ended for memory";

    private static Html At(DateTimeOffset at) => Html.Of($"""<time datetime="{at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}">{at.UtcDateTime.ToString("d MMM HH:mm", CultureInfo.InvariantCulture)}</time>""");

    private static string Bytes(double bytes) => bytes >= 1L << 30 ? $"{Number(bytes / (1L << 30))} GiB" : $"{Number(bytes / (1 << 20))} MiB";

    private static string Milliseconds(double value) => value >= 1000 ? $"{Number(value / 1000)} s" : $"{Number(value)} ms";

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "#,0", CultureInfo.InvariantCulture);
}
