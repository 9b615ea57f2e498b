using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Metrics;

/// <summary><c>slipway metrics</c>: what an app uses and serves.</summary>
internal static class MetricsCommand
{
    /// <summary>Columns of a line of blocks, about.</summary>
    private const int Columns = 40;

    private static readonly Argument<string?> App = new("APP") { Description = "The app; else as with --app.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> Since = new("--since") { Description = "How far back: minutes, hours or days, up to 30d.", HelpName = "30m|24h|7d", DefaultValueFactory = _ => "24h" };

    public static IEnumerable<Command> All(CommandTree tree) =>
        [tree.Command("metrics", "Show what the app uses and serves, by process type: CPU, memory, requests, errors, latency, restarts.",
            ["slipway metrics", "slipway metrics shop --since 7d", "slipway metrics --since 1h --json | jq '.processes[] | select(.type == \"web\").summary.traffic.p95'"],
            ShowAsync, App, Since, CommonOptions.App, CommonOptions.Json)];

    private static async Task<int> ShowAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.Get(App) is { } named ? Invocation.Name<Contracts.Names.AppName>(named) : run.App;
        var since = Parse(run.Get(Since)!);
        // Whole minutes of which the terminal has room for as many as there are columns.
        var step = 60 * Math.Max(1, (int)Math.Ceiling(since.TotalMinutes / Columns));
        var from = DateTimeOffset.UtcNow - since;
        var path = string.Create(CultureInfo.InvariantCulture, $"{Routes.Own(app, "metrics")}?from={from:yyyy-MM-ddTHH:mm:ssZ}&step={step}");
        return run.Show(await run.Api.GetAsync(path, ContractsJson.Default.AppMetrics, cancel), metrics =>
        {
            if (metrics.Processes.Count == 0)
            {
                run.Screen.Note($"Nothing is known of {app} in that time; numbers come within a minute of its first instance.");
                return;
            }

            var table = new Table(new Column("PROCESS", 3), new("METRIC", 3), new($"LAST {run.Get(Since)!.ToUpperInvariant()}", 0), new("ALL OF IT", 3));
            foreach (var process in metrics.Processes) Add(table, metrics, process);
            table.Write(run.Screen);
        });
    }

    private static void Add(Table table, AppMetrics metrics, ProcessMetrics process)
    {
        void Row(string metric, Func<MetricPoint, double?> value, string sum) => table.Add(process.Type, metric, Sparkline.Draw(Values(metrics, process, value)), sum);

        var all = process.Summary;
        if (all.Usage is { } usage)
        {
            Row("cpu", point => point.Usage?.CpuPercent, usage.CpuPercent is { } percent ? Number(percent) + " %" : "");
            Row("memory", point => point.Usage?.MemoryBytes, $"{Visible.Bytes(usage.MemoryBytes)} of {Visible.Bytes(usage.MemoryLimitBytes)}, at most {Visible.Bytes(usage.MemoryPeakBytes)}");
        }

        if (all.Traffic is { } traffic)
        {
            Row("requests", point => point.Traffic?.PerSecond, $"{Number(traffic.PerSecond)}/s, {Count(traffic.Requests)}");
            Row("errors", point => point.Traffic?.ServerErrors, traffic.Requests == 0 ? "0" : $"{Count(traffic.ServerErrors)}, {Number(traffic.ServerErrors * 100.0 / traffic.Requests)} %");
            Row("p50", point => point.Traffic?.P50, Milliseconds(traffic.P50));
            Row("p95", point => point.Traffic?.P95, Milliseconds(traffic.P95));
            Row("p99", point => point.Traffic?.P99, Milliseconds(traffic.P99));
        }

        Row("restarts", point => point.Restarts, Count(all.Restarts) + (all.OomKills > 0 ? $"; {Visible.Count((int)all.OomKills, "process")} ended for memory" : ""));
    }

    /// <summary>One for each step, whether something is known of it or not.</summary>
    private static IEnumerable<double?> Values(AppMetrics metrics, ProcessMetrics process, Func<MetricPoint, double?> value)
    {
        var known = process.Points.ToDictionary(point => point.At);
        for (var at = metrics.From; at < metrics.To; at = at.AddSeconds(metrics.Step)) yield return known.TryGetValue(at, out var point) ? value(point) : null;
    }

    private static TimeSpan Parse(string text)
    {
        var unit = text.Length > 1 ? text[^1] : ' ';
        if (int.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            var span = unit switch { 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count), 'd' when count <= 31 => TimeSpan.FromDays(count), _ => TimeSpan.Zero };
            if (span > TimeSpan.Zero && span <= TimeSpan.FromDays(31)) return span;
        }

        throw Failure.Usage("invalid_since", $"'{Visible.Text(text)}' is not a time to look back.", next: "--since 30m, --since 24h or --since 7d; at most 30d");
    }

    private static string Milliseconds(double? value) => value switch
    {
        null => "",
        < 1000 => Number(value.Value) + " ms",
        _ => Visible.Seconds(value.Value / 1000),
    };

    private static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "#,0", CultureInfo.InvariantCulture);
}
